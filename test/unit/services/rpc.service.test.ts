import {expect, sinon} from '@loopback/testlab';
import {
  BootConfigConfig,
  BootConfigError,
  BootTrace,
  ConductorBreakers,
  ConfigurationError,
  Deadline,
  HashRingManager,
  Node,
  Reason,
  resolveOptions,
  Route,
  RpcCall,
  RpcService,
  RpcTransport,
} from '../../../src';
import {RecordingLogger} from '../../acceptance/support';

const SCRIPT = '#!ipxe\nboot\n';
const REQUEST_ID = 'req-8f81b043-9861-49e8-a1e2-c8f931dc1b04';
const GLOBAL_REQUEST_ID = 'req-4de0ad63-9c2c-4e59-b15c-3b6ab1c9e1a5';
const NODE = new Node({id: 13, uuid: '1be26c0b-03f2-4d2e-ae87-c02d7f33c10d'});
const ROUTE: Route = {
  owner: 'owner',
  affinity: 'affinity',
  others: ['other-1', 'other-2'],
};

type Answer = unknown;

/** A transport whose conductors answer as the test says. */
class StubTransport implements RpcTransport {
  readonly name: string = 'stub';
  readonly calls: {hostname: string; call: RpcCall; signal: AbortSignal}[] = [];
  stopped = 0;

  /** @param beforeFailure - lets the time pass that a failure takes */
  constructor(
    private readonly answers: Record<string, Answer>,
    private readonly beforeFailure: (failure: Error) => void = () => {},
  ) {}

  async call(hostname: string, call: RpcCall, signal: AbortSignal) {
    this.calls.push({hostname, call, signal});
    const answer = this.answers[hostname];
    if (answer === HANGS) return untilAborted(signal);
    if (answer instanceof Error) {
      this.beforeFailure(answer);
      throw answer;
    }
    return answer;
  }

  async stop() {
    this.stopped++;
  }

  get asked(): string[] {
    return this.calls.map(({hostname}) => hostname);
  }
}

const HANGS = Symbol('does not answer before the signal');

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) =>
    signal.addEventListener('abort', () =>
      reject(failure('conductor_timeout')),
    ),
  );
}

function failure(reason: Reason, message = reason as string): BootConfigError {
  return new BootConfigError(reason, message);
}

describe('RpcService', () => {
  let deadline: Deadline;
  let trace: BootTrace;

  beforeEach(() => {
    deadline = new Deadline(60000);
  });
  afterEach(() => deadline.clear());

  function givenService(
    transport: RpcTransport,
    {
      route = ROUTE,
      freshRoute = () => route,
      ...own
    }: BootConfigConfig['boot_config'] & {
      route?: Route;
      freshRoute?: () => Route | undefined;
    } = {},
  ): RpcService {
    const hashRings = sinon.createStubInstance(HashRingManager);
    hashRings.routeOf.withArgs(NODE).resolves(route);
    hashRings.freshRouteOf.withArgs(NODE).callsFake(async () => freshRoute());
    // The first pause is one or two seconds.
    const options = {conductor_backoff_max: 16, ...own};
    return serviceWith({boot_config: options}, hashRings, transport);
  }

  function serviceWith(
    config: BootConfigConfig,
    hashRings: HashRingManager,
    ...transports: RpcTransport[]
  ): RpcService {
    const options = resolveOptions({
      ...config,
      DEFAULT: {rpc_transport: 'stub', ...config.DEFAULT},
    });
    return new RpcService(
      options,
      hashRings,
      async () => transports,
      new ConductorBreakers(options, new RecordingLogger()),
    );
  }

  function ask(service: RpcService) {
    trace = new BootTrace(GLOBAL_REQUEST_ID, REQUEST_ID);
    return service.getBootConfig(NODE, 'boot.ipxe', trace, deadline);
  }

  it('calls get_boot_config on the owner as Ironic would', async () => {
    const transport = new StubTransport({owner: SCRIPT});
    expect(await ask(givenService(transport))).to.eql({
      script: Buffer.from(SCRIPT),
      conductor: 'owner',
      isOwner: true,
      owner: 'owner',
      ownerFailure: undefined,
    });
    const [{call}] = transport.calls;
    expect(call).to.have.properties({
      method: 'get_boot_config',
      args: {node_id: NODE.uuid, name: 'boot.ipxe'},
      version: '1.63',
    });
    expect(call.context).to.have.properties({
      request_id: REQUEST_ID,
      global_request_id: GLOBAL_REQUEST_ID,
      is_admin: false,
      auth_token: null,
    });
  });

  it('asks for the configured version of the RPC API', async () => {
    const transport = new StubTransport({owner: SCRIPT});
    await ask(givenService(transport, {rpc_version: '1.56'}));
    expect(transport.calls[0].call.version).to.equal('1.56');
  });

  it('takes the text for UTF-8', async () => {
    const transport = new StubTransport({owner: '#!ipxe\necho ö\n'});
    const {script} = await ask(givenService(transport));
    expect(script).to.eql(Buffer.from('#!ipxe\necho ö\n', 'utf8'));
  });

  for (const result of [null, undefined, 1, {}, ['#!ipxe\n'], true]) {
    it(`takes ${JSON.stringify(result)} for a conductor's failure`, async () => {
      const transport = new StubTransport({owner: result});
      await expect(
        ask(givenService(transport, {fallback: 'none'})),
      ).to.be.rejectedWith(BootConfigError, {reason: 'conductor_error'});
    });
  }

  describe('when the owner has no script', () => {
    for (const [fallback, candidates] of Object.entries({
      none: ['owner'],
      affinity: ['owner', 'affinity'],
      any: ['owner', 'affinity', 'other-1', 'other-2'],
    })) {
      it(`asks ${candidates.join(', ')} with fallback ${fallback}`, async () => {
        const nobody = Object.fromEntries(
          candidates.map(host => [host, failure('config_not_found', host)]),
        );
        const transport = new StubTransport(nobody);
        await expect(
          ask(givenService(transport, {fallback})),
        ).to.be.rejectedWith(BootConfigError, {
          reason: 'config_not_found',
          message: 'owner',
        });
        expect(transport.asked).to.eql(candidates);
      });
    }

    it('asks nobody twice when the owner prepared the node', async () => {
      const transport = new StubTransport({owner: failure('config_not_found')});
      const route = {owner: 'owner', affinity: 'owner', others: []};
      await expect(
        ask(givenService(transport, {fallback: 'any', route})),
      ).to.be.rejected();
      expect(transport.asked).to.eql(['owner']);
    });

    it('is done with the first that has it', async () => {
      const transport = new StubTransport({
        owner: failure('config_not_found'),
        affinity: failure('conductor_unreachable'),
        'other-1': SCRIPT,
        'other-2': SCRIPT,
      });
      expect(
        await ask(givenService(transport, {fallback: 'any'})),
      ).to.have.properties({conductor: 'other-1', isOwner: false});
      expect(transport.asked).to.eql(['owner', 'affinity', 'other-1']);
    });

    for (const reason of [
      'config_not_found',
      'conductor_unreachable',
      'conductor_timeout',
      'conductor_error',
      'rpc_unsupported',
    ] as const) {
      it(`asks on after ${reason}`, async () => {
        const transport = new StubTransport({
          owner: failure(reason),
          affinity: SCRIPT,
        });
        expect(await ask(givenService(transport))).to.have.property(
          'conductor',
          'affinity',
        );
      });
    }

    it('asks on after no text', async () => {
      const transport = new StubTransport({owner: null, affinity: SCRIPT});
      expect(await ask(givenService(transport))).to.have.property(
        'conductor',
        'affinity',
      );
    });

    it("asks nobody else when the node's driver has no script", async () => {
      const transport = new StubTransport({
        owner: failure('driver_unsupported'),
        affinity: SCRIPT,
      });
      await expect(ask(givenService(transport))).to.be.rejectedWith(
        BootConfigError,
        {reason: 'driver_unsupported'},
      );
      expect(transport.asked).to.eql(['owner']);
    });

    it("tells the owner's failure, not that of a fallback", async () => {
      const transport = new StubTransport({
        owner: failure('conductor_unreachable'),
        affinity: failure('config_not_found'),
      });
      await expect(ask(givenService(transport))).to.be.rejectedWith(
        BootConfigError,
        {reason: 'conductor_unreachable'},
      );
    });

    it('takes what nobody expected for an internal error', async () => {
      const bug = new TypeError('x is not a function');
      const transport = new StubTransport({owner: bug, affinity: SCRIPT});
      await expect(ask(givenService(transport))).to.be.rejectedWith(
        BootConfigError,
        {reason: 'internal_error', cause: bug},
      );
    });
  });

  describe('when the owner is out of reach', () => {
    let clock: sinon.SinonFakeTimers;

    beforeEach(() => {
      deadline.clear();
      clock = sinon.useFakeTimers({
        toFake: ['setTimeout', 'clearTimeout', 'performance'],
      });
      deadline = new Deadline(60000);
    });
    afterEach(() => clock.restore());

    /** Failures of which take so long that nobody is asked again at once. */
    function slowTransport(answers: Record<string, Answer>): StubTransport {
      return new StubTransport(answers, ({message}) => {
        if (message !== 'config_not_found') clock.tick(500);
      });
    }

    for (const reason of [
      'conductor_unreachable',
      'conductor_timeout',
    ] as const) {
      it(`tells who answered in its place, and why: ${reason}`, async () => {
        const transport = slowTransport({
          owner: failure(reason),
          affinity: SCRIPT,
        });
        const service = givenService(transport);
        for (let request = 0; request < 3; request++) {
          expect(await ask(service)).to.eql({
            script: Buffer.from(SCRIPT),
            conductor: 'affinity',
            isOwner: false,
            owner: 'owner',
            ownerFailure: reason,
          });
        }
        expect(transport.asked).to.eql([
          'owner',
          'affinity',
          'affinity',
          'affinity',
        ]);
      });
    }

    it('is passed over, until it is asked once more and answers', async () => {
      const answers: Record<string, Answer> = {
        owner: failure('conductor_unreachable'),
        affinity: SCRIPT,
      };
      const transport = slowTransport(answers);
      const service = givenService(transport);
      await ask(service);
      clock.tick(2000);
      await ask(service);
      await ask(service);
      answers.owner = SCRIPT;
      clock.tick(4000);
      expect(await ask(service)).to.have.property('isOwner', true);
      expect(await ask(service)).to.have.property('isOwner', true);
      expect(transport.asked).to.eql([
        'owner',
        'affinity',
        'owner',
        'affinity',
        'affinity',
        'owner',
        'owner',
      ]);
    });

    it('is not asked again by a request that has nobody else', async () => {
      const transport = slowTransport({
        owner: failure('conductor_timeout'),
      });
      const service = givenService(transport, {fallback: 'none'});
      await expect(ask(service)).to.be.rejected();
      await expect(ask(service)).to.be.rejectedWith(BootConfigError, {
        reason: 'conductor_timeout',
        message: 'not asked again so soon: conductor_timeout',
      });
      expect(transport.asked).to.eql(['owner']);
    });

    it('tells its failure when nobody else has the script', async () => {
      const transport = slowTransport({
        owner: failure('conductor_timeout'),
        affinity: failure('config_not_found'),
      });
      const service = givenService(transport);
      await expect(ask(service)).to.be.rejected();
      await expect(ask(service)).to.be.rejectedWith(BootConfigError, {
        reason: 'conductor_timeout',
      });
      expect(transport.asked).to.eql(['owner', 'affinity', 'affinity']);
    });

    it('does not share the time with those that are passed over', async () => {
      const transport = slowTransport({
        owner: failure('config_not_found'),
        affinity: failure('conductor_unreachable'),
        'other-1': failure('conductor_unreachable'),
        'other-2': SCRIPT,
      });
      const service = givenService(transport, {fallback: 'any'});
      await ask(service);
      const {timeout} = transport.calls[0].call;
      const left = 60000 - 2 * 500;
      await ask(service);
      const [again, last] = transport.calls.slice(-2);
      expect(timeout).to.equal(60000 / 4);
      expect([again.hostname, again.call.timeout]).to.eql(['owner', left / 2]);
      expect([last.hostname, last.call.timeout]).to.eql(['other-2', left]);
    });

    it('is not to blame when others took the time', async () => {
      const transport = slowTransport({
        owner: failure('conductor_timeout'),
      });
      const service = givenService(transport, {fallback: 'none'});
      clock.tick(30001);
      await expect(ask(service)).to.be.rejected();
      await expect(ask(service)).to.be.rejected();
      expect(transport.asked).to.eql(['owner', 'owner']);
    });

    describe('and a fresh ring', () => {
      const freshRoute = () => ({
        owner: 'other-1',
        affinity: 'affinity',
        others: ['other-2'],
      });

      it('names another one, that one is asked next', async () => {
        const transport = new StubTransport({
          owner: failure('conductor_unreachable'),
          'other-1': SCRIPT,
        });
        const service = givenService(transport, {freshRoute});
        expect(await ask(service)).to.eql({
          script: Buffer.from(SCRIPT),
          conductor: 'other-1',
          isOwner: true,
          owner: 'other-1',
          ownerFailure: undefined,
        });
        expect(transport.asked).to.eql(['owner', 'other-1']);
      });

      it('names another one without script, the others are asked, nobody twice', async () => {
        const transport = new StubTransport({
          owner: failure('conductor_unreachable'),
          'other-1': failure('config_not_found'),
          affinity: failure('config_not_found'),
          'other-2': failure('config_not_found'),
        });
        const service = givenService(transport, {
          fallback: 'any',
          freshRoute: () => ({...freshRoute(), others: ['owner', 'other-2']}),
        });
        await expect(ask(service)).to.be.rejectedWith(BootConfigError, {
          reason: 'config_not_found',
        });
        expect(transport.asked).to.eql([
          'owner',
          'other-1',
          'affinity',
          'other-2',
        ]);
      });

      it('names another one, that one is asked with fallback none, too', async () => {
        const transport = new StubTransport({
          owner: failure('conductor_unreachable'),
          'other-1': SCRIPT,
        });
        const service = givenService(transport, {fallback: 'none', freshRoute});
        await ask(service);
        expect(transport.asked).to.eql(['owner', 'other-1']);
      });

      it('names nobody, the others are asked all the same', async () => {
        const transport = new StubTransport({
          owner: failure('conductor_unreachable'),
          affinity: SCRIPT,
        });
        const service = givenService(transport, {freshRoute: () => undefined});
        expect(await ask(service)).to.have.property('conductor', 'affinity');
      });

      it('is not to be had, the others are asked all the same', async () => {
        const transport = new StubTransport({
          owner: failure('conductor_unreachable'),
          affinity: SCRIPT,
        });
        const service = givenService(transport, {
          freshRoute: () => {
            throw failure('database_unavailable');
          },
        });
        expect(await ask(service)).to.have.property('conductor', 'affinity');
      });

      it('is not asked for after a failure that the owner answered with', async () => {
        const transport = new StubTransport({
          owner: failure('config_not_found'),
          affinity: SCRIPT,
        });
        const service = givenService(transport, {freshRoute});
        expect(await ask(service)).to.match({
          conductor: 'affinity',
          owner: 'owner',
          ownerFailure: 'config_not_found',
        });
      });
    });
  });

  describe('the deadline', () => {
    let clock: sinon.SinonFakeTimers;

    beforeEach(() => {
      deadline.clear();
      clock = sinon.useFakeTimers({
        toFake: ['setTimeout', 'clearTimeout', 'performance'],
      });
      deadline = new Deadline(6000);
    });
    afterEach(() => clock.restore());

    it('is shared equally among the conductors that are left', async () => {
      const startedAt: number[] = [];
      const transport = new StubTransport({
        owner: HANGS,
        affinity: failure('conductor_unreachable'),
        'other-1': HANGS,
        'other-2': HANGS,
      });
      const call = transport.call.bind(transport);
      transport.call = (...args) => {
        startedAt.push(performance.now());
        return call(...args);
      };
      const answer = ask(givenService(transport, {fallback: 'any'}));
      const failed = expect(answer).to.be.rejectedWith(BootConfigError, {
        reason: 'conductor_timeout',
      });
      await clock.tickAsync(6000);
      await failed;
      // 6000 / 4; the second fails at once and leaves 4500 / 2 for each.
      expect(startedAt).to.eql([0, 1500, 1500, 3750]);
    });

    it('is shared with the query for a fresh ring, which may hang', async () => {
      const transport = new StubTransport({
        owner: failure('conductor_unreachable'),
        affinity: SCRIPT,
      });
      const hashRings = sinon.createStubInstance(HashRingManager);
      hashRings.routeOf.resolves(ROUTE);
      hashRings.freshRouteOf.returns(new Promise(() => {}));
      const answer = ask(serviceWith({}, hashRings, transport));
      await clock.tickAsync(2999);
      expect(transport.asked).to.eql(['owner']);
      await clock.tickAsync(1);
      expect(await answer).to.have.property('conductor', 'affinity');
    });

    it('leaves a lone owner all of it', async () => {
      const transport = new StubTransport({owner: HANGS});
      const answer = ask(givenService(transport, {fallback: 'none'}));
      const failed = expect(answer).to.be.rejectedWith(BootConfigError, {
        reason: 'conductor_timeout',
      });
      await clock.tickAsync(5999);
      expect(transport.calls[0].signal.aborted).to.be.false();
      await clock.tickAsync(1);
      await failed;
    });

    it('keeps further conductors from being asked once it is over', async () => {
      const transport = new StubTransport({affinity: SCRIPT});
      const call = sinon.stub(transport, 'call').callsFake(async () => {
        clock.tick(6000);
        throw failure('conductor_timeout');
      });
      await expect(ask(givenService(transport))).to.be.rejected();
      sinon.assert.calledOnce(call);
    });

    it('leaves no timer of a conductor that answered', async () => {
      await ask(givenService(new StubTransport({owner: SCRIPT})));
      deadline.clear();
      expect(clock.countTimers()).to.equal(0);
    });
  });

  describe('transports', () => {
    it('are refused at start when none has the configured name', async () => {
      const service = serviceWith(
        {DEFAULT: {rpc_transport: 'carrier-pigeon'}},
        sinon.createStubInstance(HashRingManager),
        new StubTransport({}),
        new StubTransport({}),
      );
      await expect(service.init()).to.be.rejectedWith(ConfigurationError, {
        problems: [
          {
            section: 'DEFAULT',
            option: 'rpc_transport',
            value: 'carrier-pigeon',
            expected: 'one of stub, stub',
          },
        ],
      });
    });

    it('serve before start too', async () => {
      const transport = new StubTransport({owner: SCRIPT});
      expect(await ask(givenService(transport))).to.have.property(
        'conductor',
        'owner',
      );
    });

    it('are stopped with the service, the one in use and once', async () => {
      const transport = new StubTransport({});
      const service = givenService(transport);
      await service.init();
      await service.stop();
      await service.stop();
      expect(transport.stopped).to.equal(1);
    });
  });

  it('asks nobody when there is no conductor', async () => {
    const transport = new StubTransport({owner: SCRIPT});
    const hashRings = sinon.createStubInstance(HashRingManager);
    hashRings.routeOf.rejects(failure('no_conductor'));
    const service = serviceWith({}, hashRings, transport);
    await expect(ask(service)).to.be.rejectedWith(BootConfigError, {
      reason: 'no_conductor',
    });
    expect(transport.asked).to.be.empty();
  });
});
