import {once} from 'node:events';
import {connect} from 'node:net';
import {setTimeout as sleep} from 'node:timers/promises';
import {expect} from '@loopback/testlab';
import {BootConfigBindings} from '../../../src';
import {
  askFor,
  expectNotFound,
  expectServed,
  givenHost,
  HostOptions,
  MAC,
  TestApplication,
  useHost,
} from '../support';

function never<T>(): Promise<T> {
  return new Promise(() => {});
}

// A test is not to see that the conductor did not answer in the one before.
const SOON = {
  boot_config: {request_timeout: 0.1, conductor_backoff_max: 0.001},
};

describe('A conductor that never answers', () => {
  const host = useHost({config: SOON});
  beforeEach(() => {
    host().conductor.reset();
    host().logger.clear();
  });

  it('costs a 404 at the deadline', async () => {
    host().conductor.behave(never);
    expectNotFound(await askFor(host()));
    expect(host().logger.only).to.containDeep({
      level: 'warn',
      details: {reason: 'conductor_timeout'},
    });
  });

  it('costs those nothing who do not need it', async () => {
    host().conductor.behave(never);
    const slow = askFor(host());
    expectNotFound(await askFor(host(), {mac: MAC.unknown}));
    expectNotFound(await slow);
  });

  it('does no harm when it answers at last', async () => {
    let answer: (script: string) => void;
    host().conductor.behave(
      () => new Promise(resolve => (answer = resolve as typeof answer)),
    );
    expectNotFound(await askFor(host()));
    answer!('#!ipxe\nboot\n');
    host().conductor.reset();
    expectServed(await askFor(host()));
    expect(host().logger.requests.map(r => r.message.slice(0, 10))).to.eql([
      'not served',
      'served',
    ]);
  });

  it('does no harm when it fails at last', async () => {
    let fail: (error: Error) => void;
    host().conductor.behave(
      () => new Promise((_resolve, reject) => (fail = reject)),
    );
    expectNotFound(await askFor(host()));
    const rejected: unknown[] = [];
    const remember = (reason: unknown) => rejected.push(reason);
    process.on('unhandledRejection', remember);
    fail!(new Error('too late'));
    await sleep(10);
    process.off('unhandledRejection', remember);
    expect(rejected).to.be.empty();
  });
});

const HANGING: Record<string, HostOptions['before']> = {
  'a node repository that never answers': app =>
    app.bind(BootConfigBindings.NODE_REPOSITORY).to({
      findByMac: never,
      findByIdent: never,
      findPorts: never,
      countInterfaces: never,
    }),
  'a conductor repository that never answers': app =>
    app.bind(BootConfigBindings.CONDUCTOR_REPOSITORY).to({findAll: never}),
  'a global interceptor that never goes on': app =>
    app.bind('globalInterceptors.hanging').to(never).tag('globalInterceptor'),
};

for (const [what, hang] of Object.entries(HANGING)) {
  describe(`With ${what}`, () => {
    let host: TestApplication;
    before(async () => {
      host = await givenHost({config: SOON, before: hang});
    });

    it('every request is answered', async () => {
      expectNotFound(await askFor(host));
      expect(host.logger.only.details.reason).to.equal('deadline_exceeded');
    });

    it('the host can be stopped', async () => {
      await host.stop();
    });
  });
}

describe('A client that goes away', () => {
  const host = useHost();

  it('harms nobody', async () => {
    const asked = new Promise<void>(resolve => {
      host().conductor.behave(async () => {
        resolve();
        await sleep(20);
        return '#!ipxe\nboot\n';
      });
    });
    const socket = connect(host().port, '127.0.0.1');
    socket.write(
      `GET /v1/boot/${MAC.waiting}/boot.ipxe HTTP/1.1\r\nHost: x\r\n\r\n`,
    );
    await asked;
    socket.destroy();
    await once(socket, 'close');
    host().conductor.reset();
    expectServed(await askFor(host()));
  });
});
