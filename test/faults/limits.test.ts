import {expect} from '@loopback/testlab';
import {
  Api,
  CLOSED,
  Deployment,
  LogLine,
  notFound,
  request,
  Sections,
  served,
  Wire,
} from '../acceptance/system/support';
import {eventually} from '../support/eventually';
import {TcpProxy} from '../support/tcp-proxy';
import {
  expectBackInTime,
  expectSoundAnswers,
  Fleet,
  http,
  REQUEST_TIMEOUT,
  RequestLog,
  RogueCall,
  RogueConductor,
} from './support';

const SCRIPT = '#!ipxe\necho served\nboot\n';
const TARGET = '/v1/boot/52:54:00:00:00:01/boot.ipxe';
const UNKNOWN = '/v1/boot/52:54:00:00:00:ff/boot.ipxe';

/** Addresses that clients have beside 127.0.0.1. */
const SECOND = '127.0.0.2';
const PROXY = '127.0.0.8';
const STRANGER = '127.0.0.9';

// So slow that none comes back while a test runs.
const HARDLY_EVER = 0.001;

describe('serve, at its limits', function () {
  this.timeout(30_000);

  let deployment: Deployment;
  let conductor: RogueConductor;
  let api: Api;
  let log: RequestLog;
  let fleet: Fleet;
  const paths: TcpProxy[] = [];

  before(async () => {
    deployment = await Deployment.create();
    conductor = await RogueConductor.start(SCRIPT);
    await deployment.register({hostname: conductor.hostname});
    await deployment.addNode({macs: ['52:54:00:00:00:01']});
  });

  afterEach(async () => {
    conductor.behave();
    await Promise.all(paths.splice(0).map(path => path.stop()));
  });

  after(async () => {
    await deployment?.remove();
    await conductor?.stop();
  });

  async function startApi(limits: Sections[string]): Promise<void> {
    api = await deployment.startApi({
      boot_config: {request_timeout: REQUEST_TIMEOUT, ...limits},
    });
    log = new RequestLog(api);
    fleet = new Fleet(api.port, [{target: TARGET, script: SCRIPT}]);
  }

  /** A port at which the API is reached from another address. */
  async function portFrom(localAddress: string): Promise<number> {
    const path = await TcpProxy.start({port: api.port, localAddress});
    paths.push(path);
    return path.port;
  }

  /** One request over a connection of its own. */
  async function ask(
    bytes = request(TARGET),
    port = api.port,
  ): Promise<{answer: string; line: LogLine}> {
    const wire = await Wire.open(port);
    try {
      wire.send(bytes);
      const answer = await wire.answer();
      const [line] = await log.next(1);
      return {answer, line};
    } finally {
      wire.close();
    }
  }

  /** The next so many are logged with this reason, `undefined` if served. */
  async function expectReasons(
    count: number,
    reason: string | undefined,
  ): Promise<void> {
    const lines = await log.next(count);
    expect(lines.map(line => line.reason)).to.eql(Array(count).fill(reason));
  }

  async function expectServed(bytes?: string, port?: number): Promise<LogLine> {
    const {answer, line} = await ask(bytes, port);
    expect(answer).to.equal(served(SCRIPT));
    return line;
  }

  async function expectRefused(
    reason: string,
    bytes?: string,
    port?: number,
  ): Promise<LogLine> {
    const {answer, line} = await ask(bytes, port);
    expect(answer).to.equal(notFound());
    expect(line).to.have.property('reason', reason);
    return line;
  }

  describe('of requests that are worked on', () => {
    const MOST = 10;
    const MORE = 30;

    it('answers the others at once, and these in time', async () => {
      await startApi({max_requests_in_flight: MOST});
      conductor.misbehave(() => {});
      const {calls} = conductor;
      let isHeld = true;
      const held = fleet.burst(MOST).finally(() => {
        isHeld = false;
      });
      await eventually(
        'the conductor has the calls',
        () => conductor.calls === calls + MOST,
      );

      expect(await fleet.burst(MORE)).to.equal(0);
      expect(isHeld).to.be.true();
      await expectReasons(MORE, 'overloaded');
      expect(conductor.calls).to.equal(calls + MOST);

      expect(await held).to.equal(0);
      await expectReasons(MOST, 'conductor_timeout');
      conductor.behave();
      expectBackInTime(await fleet.timeUntilBack());
      expectSoundAnswers(fleet.takeBook());
    });
  });

  describe('that always hold', () => {
    before(() => startApi({}));

    it('answers requests in a row in their order, and refuses too many', async () => {
      const MOST = 16;
      const MORE = 30;
      const held: RogueCall[] = [];
      conductor.misbehave(call => held.push(call));
      const wire = await Wire.open(api.port);
      wire.send(request(TARGET).repeat(MOST + MORE));
      await expectReasons(MORE, 'overloaded');
      await eventually('the conductor has the calls', () => {
        return held.length === MOST;
      });
      for (const call of held) conductor.answer(call);

      for (let answer = 0; answer < MOST; answer++) {
        expect(await wire.answer()).to.equal(served(SCRIPT));
      }
      for (let answer = 0; answer < MORE; answer++) {
        expect(await wire.answer()).to.equal(notFound());
      }
      await expectReasons(MOST, undefined);
      conductor.behave();
      // As before, once all are read.
      wire.send(request(TARGET));
      expect(await wire.answer()).to.equal(served(SCRIPT));
      await expectReasons(1, undefined);
      wire.close();
    });

    const tooLarge = [
      ['a header too large', request(TARGET).replace('iPXE', 'x'.repeat(9000))],
      ['a path too long', request(`${TARGET}?${'x'.repeat(9000)}`)],
    ];
    for (const [what, bytes] of tooLarge) {
      it(`refuses ${what}`, async () => {
        const {answer, line} = await ask(bytes);
        expect(answer).to.equal(notFound(CLOSED));
        expect(line).to.have.property('reason', 'path_unknown');
        await expectServed();
      });
    }

    it('takes what is just not too large', async () => {
      const bytes = request(TARGET).replace('iPXE', 'x'.repeat(7000));
      await expectServed(bytes);
    });
  });

  describe('of rates', () => {
    const BURST = 5;

    it('holds back a source that asks too often, and no other', async () => {
      await startApi({source_rate: HARDLY_EVER, source_burst: BURST});
      expect(await fleet.burst(BURST)).to.equal(BURST);
      await expectReasons(BURST, undefined);
      expect(await fleet.burst(BURST)).to.equal(0);
      await expectReasons(BURST, 'rate_limited');
      await expectServed(undefined, await portFrom(SECOND));
      expectSoundAnswers(fleet.takeBook());
    });

    it('holds back all together', async () => {
      await startApi({total_rate: HARDLY_EVER, total_burst: BURST});
      expect(await fleet.burst(BURST)).to.equal(BURST);
      await expectReasons(BURST, undefined);
      const second = await portFrom(SECOND);
      await expectRefused('rate_limited', undefined, second);
    });
  });

  describe('of networks', () => {
    const forwarded = (sources: string) =>
      request(TARGET).replace('Host', `X-Forwarded-For: ${sources}\r\nHost`);

    describe('without trusted proxies', () => {
      let stranger: number;

      before(() => startApi({allowed_networks: '127.0.0.1/32, 127.0.0.2'}));
      beforeEach(async () => {
        stranger = await portFrom(STRANGER);
      });

      it('serves sources that are in them', async () => {
        await expectServed();
        await expectServed(undefined, await portFrom(SECOND));
      });

      it('refuses others without asking a conductor', async () => {
        const {calls} = conductor;
        const line = await expectRefused('source_denied', undefined, stranger);
        expect(line).to.have.property('source', STRANGER);
        expect(conductor.calls).to.equal(calls);
      });

      it('takes no word of anybody for where it comes from', async () => {
        const spoofed = forwarded('127.0.0.1');
        const line = await expectRefused('source_denied', spoofed, stranger);
        expect(line).to.have.property('source', STRANGER);
        expect(await expectServed(forwarded(STRANGER))).to.have.property(
          'source',
          '127.0.0.1',
        );
      });
    });

    describe('behind a trusted proxy', () => {
      let proxy: number;

      before(() =>
        startApi({allowed_networks: '10.0.0.0/8', trusted_proxies: PROXY}),
      );
      beforeEach(async () => {
        proxy = await portFrom(PROXY);
      });

      const cases: [string, string, string, boolean][] = [
        ['serves the source that it names', '10.1.2.3', '10.1.2.3', true],
        ['refuses the source that it names', '11.1.2.3', '11.1.2.3', false],
        [
          'takes the last source, as the first may be invented',
          '10.1.2.3, 11.1.2.3',
          '11.1.2.3',
          false,
        ],
        [
          'passes over trusted proxies in a row',
          `11.1.2.3, 10.1.2.3, ${PROXY}`,
          '10.1.2.3',
          true,
        ],
        ['takes an IPv4 address in IPv6', '::ffff:10.1.2.3', '10.1.2.3', true],
        ['serves nobody by a name', 'localhost', 'localhost', false],
      ];
      for (const [what, sources, source, isServed] of cases) {
        it(`${what}: ${sources}`, async () => {
          const line = isServed
            ? await expectServed(forwarded(sources), proxy)
            : await expectRefused('source_denied', forwarded(sources), proxy);
          expect(line).to.have.property('source', source);
        });
      }

      it('takes the proxy itself for the source that names none', async () => {
        const line = await expectRefused('source_denied', undefined, proxy);
        expect(line).to.have.property('source', PROXY);
      });

      it('does not believe others', async () => {
        const line = await expectRefused(
          'source_denied',
          forwarded('10.1.2.3'),
          await portFrom(STRANGER),
        );
        expect(line).to.have.property('source', STRANGER);
      });
    });
  });

  describe('switched off', () => {
    it('refuses everything without asking anybody', async () => {
      await startApi({enabled: 'False'});
      const {calls} = conductor;
      for (const target of [TARGET, UNKNOWN, '/v1/boot']) {
        await expectRefused('disabled', request(target));
      }
      expect(conductor.calls).to.equal(calls);
    });
  });

  describe('with advice to try again', () => {
    const SECONDS = 3;
    const BURST = 60;
    const RETRY_AFTER = /^Retry-After: (.*)\r\n/m;

    before(() =>
      startApi({
        retry_after: SECONDS,
        allowed_networks: '127.0.0.1',
        source_rate: HARDLY_EVER,
        source_burst: BURST,
      }),
    );

    it('gives none with a script', async () => {
      await expectServed();
    });

    it('gives none to a source that is not allowed', async () => {
      const stranger = await portFrom(STRANGER);
      conductor.misbehave(({socket}) => socket.end());
      for (let time = 0; time < BURST; time++) {
        await expectRefused('source_denied', undefined, stranger);
      }
      await expectRefused('rate_limited', undefined, stranger);
    });

    it('gives none where nothing will change', async () => {
      const target = (mac: string) => request(`/v1/boot/${mac}/boot.ipxe`);
      await expectRefused('node_not_found', request(UNKNOWN));
      await expectRefused('path_unknown', request(`${TARGET}/x`));
      await expectRefused('mac_malformed', target('x'));
      conductor.misbehave(({socket}) => socket.write(http('200 OK', '{}')));
      await expectRefused('conductor_error');
    });

    it('gives whole seconds, spread out, where things pass', async () => {
      conductor.misbehave(({socket}) => socket.end());
      const advice: string[] = [];
      for (let time = 0; time < 40; time++) {
        const {answer, line} = await ask();
        expect(answer.replace(RETRY_AFTER, '')).to.equal(notFound());
        expect(line).to.have.property('reason', 'conductor_unreachable');
        advice.push(RETRY_AFTER.exec(answer)![1]);
      }
      for (const seconds of advice) {
        expect(['3', '4', '5', '6']).to.containEql(seconds);
      }
      expect(new Set(advice).size).to.be.above(1);
    });

    it('gives it to a source that asks too often', async () => {
      await eventually('the rate is reached', async () => {
        const {answer, line} = await ask();
        return line.reason === 'rate_limited' && RETRY_AFTER.test(answer);
      });
    });
  });
});
