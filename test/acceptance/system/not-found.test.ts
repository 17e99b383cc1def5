import {createServer, Server} from 'node:http';
import {once} from 'node:events';
import {expect} from '@loopback/testlab';
import {eventually} from '../../support/eventually';
import {
  Api,
  CLOSED,
  Conductor,
  Deployment,
  LogLine,
  notFound,
  request,
  served,
  Wire,
} from './support';

const SCRIPT = '#!ipxe\necho served\nboot\n';

/** One node each; the last byte of its MAC address is its number. */
const NODES = {
  waiting: {driver: 'live'},
  active: {driver: 'live', provisionState: 'active'},
  onHold: {driver: 'live', provisionState: 'clean hold'},
  scriptless: {driver: 'live'},
  unsound: {driver: 'live'},
  empty: {driver: 'live'},
  tooLarge: {driver: 'live'},
  otherInterface: {driver: 'live', bootInterface: 'pxe'},
  dead: {driver: 'dead'},
  stalling: {driver: 'stalling'},
  stock: {driver: 'stock'},
  failing: {driver: 'failing'},
  nobodys: {driver: 'nobody-has-it'},
  forgotten: {driver: 'forgotten'},
  otherGroup: {driver: 'live', conductorGroup: 'elsewhere'},
};

type NodeName = keyof typeof NODES;

/** What a conductor other than ours answers. */
const ANSWERS: Record<string, object> = {
  // As an Ironic that has no get_boot_config.
  stock: {
    code: -32601,
    message: 'Method get_boot_config was not found',
  },
  failing: {code: 500, message: 'Traceback: /usr/lib/python3'},
};

describe('serve, asked for what it does not serve', function () {
  this.timeout(60_000);

  let deployment: Deployment;
  let api: Api;
  let stalling: Conductor;
  let linesSeen = 0;
  const foreign: Server[] = [];

  before(async () => {
    deployment = await Deployment.create();
    const uuids = await addNodes();
    await deployment.register({
      hostname: '127.0.0.17',
      hardwareTypes: ['forgotten'],
      updatedAt: new Date(Date.now() - 3_600_000),
    });
    await startForeign('127.0.0.14', 'stock');
    await startForeign('127.0.0.15', 'failing');
    const [live, dead] = await Promise.all([
      startConductor('127.0.0.11', 'live'),
      startConductor('127.0.0.12', 'dead'),
    ]);
    stalling = await startConductor('127.0.0.13', 'stalling');
    for (const name of ['waiting', 'active', 'onHold'] as const) {
      await live.write(uuids[name], SCRIPT);
    }
    await live.write(uuids.unsound, '<html>Not a script</html>\n');
    await live.write(uuids.empty, '');
    await live.write(uuids.tooLarge, `#!ipxe\n${'#'.repeat(10_000)}\n`);
    await live.write(uuids.otherInterface, SCRIPT);
    await dead.write(uuids.dead, SCRIPT);
    await stalling.write(uuids.stalling, SCRIPT);
    api = await deployment.startApi({
      // Short, as a test waits for it.
      boot_config: {request_timeout: 1, max_script_size: 8192},
    });
    await dead.process.stop({timeoutMs: 0});
    stalling.process.kill('SIGSTOP');
  });

  after(async () => {
    await deployment?.remove();
    for (const server of foreign) server.close();
  });

  describe('gives the constant 404 to a request', () => {
    const target = pathOf('waiting');
    const kept: [string, string, string][] = [
      ['with a malformed MAC address', path('52:54:00:ab'), 'mac_malformed'],
      ['with a bad escape', path('%zz'), 'path_unknown'],
      ['with an unknown MAC address', path(mac(0xff)), 'node_not_found'],
      ['for an active node', pathOf('active'), 'state_restricted'],
      ['for a node on hold', pathOf('onHold'), 'state_restricted'],
      ['with another name', path(macOf('waiting'), 'x'), 'config_not_found'],
      [
        'with a malformed name',
        path(macOf('waiting'), '%2e%2e'),
        'name_malformed',
      ],
      ['for the branch', '/v1/boot', 'path_unknown'],
      ['for the branch with a slash', '/v1/boot/', 'path_unknown'],
      ['for the branch in capitals', '/V1/BOOT/x', 'path_unknown'],
      ['with doubled slashes', `/${target}`, 'path_unknown'],
      ['with a path that goes on', `${target}/x`, 'path_unknown'],
      ['in absolute form', `http://a${path(mac(0xff))}`, 'node_not_found'],
      ['for a node without a script', pathOf('scriptless'), 'config_not_found'],
      ['for what is no iPXE script', pathOf('unsound'), 'script_unsound'],
      ['for an empty script', pathOf('empty'), 'script_unsound'],
      ['for a script too large', pathOf('tooLarge'), 'script_unsound'],
      [
        'for another boot interface',
        pathOf('otherInterface'),
        'driver_unsupported',
      ],
      ['for a driver that nobody has', pathOf('nobodys'), 'no_conductor'],
      ['for a group that nobody is in', pathOf('otherGroup'), 'no_conductor'],
      [
        'for a conductor without heartbeat',
        pathOf('forgotten'),
        'no_conductor',
      ],
      ['for a conductor that is dead', pathOf('dead'), 'conductor_unreachable'],
      ['for a conductor that stalls', pathOf('stalling'), 'conductor_timeout'],
      ['for a stock conductor', pathOf('stock'), 'rpc_unsupported'],
      ['for a conductor that fails', pathOf('failing'), 'conductor_error'],
    ];
    for (const [what, refused, reason] of kept) {
      it(`${what}: ${reason}`, async () => {
        const [answer, line] = await ask(request(refused));
        expect(answer).to.equal(notFound());
        expect(line.reason).to.equal(reason);
      });
    }

    for (const method of [
      'POST',
      'PUT',
      'PATCH',
      'DELETE',
      'OPTIONS',
      'TRACE',
    ]) {
      it(`by ${method}: method_unknown`, async () => {
        const [answer, line] = await ask(request(target, {method}));
        expect(answer).to.equal(notFound());
        expect(line.reason).to.equal('method_unknown');
      });
    }

    it('by HEAD, without a body', async () => {
      const [answer, line] = await ask(
        request(path(mac(0xff)), {method: 'HEAD'}),
        {bodyless: true},
      );
      expect(answer).to.equal(notFound().replace(/Not Found\n$/, ''));
      expect(line.reason).to.equal('node_not_found');
    });

    it('with a body', async () => {
      const body = '{"a": 1}';
      const [answer, line] = await ask(
        `POST ${target} HTTP/1.1\r\nHost: a\r\n` +
          `Content-Length: ${body.length}\r\n\r\n${body}`,
      );
      expect(answer).to.equal(notFound());
      expect(line.reason).to.equal('method_unknown');
    });

    const closing: [string, string, string][] = [
      [
        'by CONNECT',
        `CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n`,
        'method_unknown',
      ],
      [
        'by a method of fancy',
        request(target, {method: 'BOOT'}),
        'method_unknown',
      ],
      [
        'with a header too large',
        `GET ${target} HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
        'path_unknown',
      ],
      [
        'with a path too long',
        request(path('5'.repeat(20_000))),
        'path_unknown',
      ],
      ['that is none', 'bonjour\r\n\r\n', 'method_unknown'],
      [
        'that wants to be closed',
        request(path(mac(0xff)), {connection: 'close'}),
        'node_not_found',
      ],
      [
        'in HTTP/1.0',
        `GET ${path(mac(0xff))} HTTP/1.0\r\n\r\n`,
        'node_not_found',
      ],
      [
        'that waits before it sends its body',
        `POST ${target} HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n` +
          'Expect: 100-continue\r\n\r\n',
        'method_unknown',
      ],
    ];
    for (const [what, bytes, reason] of closing) {
      it(`${what}, and closes: ${reason}`, async () => {
        const [answer, line] = await ask(bytes);
        expect(answer).to.equal(notFound(CLOSED));
        expect(line.reason).to.equal(reason);
      });
    }

    it('once, though its body is broken', async () => {
      const wire = await Wire.open(api.port);
      wire.send(
        `POST ${target} HTTP/1.1\r\nHost: a\r\n` +
          'Transfer-Encoding: chunked\r\n\r\nzz\r\n',
      );
      const lines = await newLines(1);
      expect(await wire.rest()).to.match(/^HTTP[^]*Not Found\n$/);
      expect(lines.map(line => line.reason)).to.eql(['method_unknown']);
    });
  });

  describe('serves all the same a request', () => {
    const target = pathOf('waiting');

    it('by HEAD, without the script', async () => {
      const [answer] = await ask(request(target, {method: 'HEAD'}), {
        bodyless: true,
      });
      expect(answer).to.equal(served(SCRIPT).slice(0, -SCRIPT.length));
    });

    const odd: [string, string][] = [
      ['in absolute form', `GET http://a${target} HTTP/1.1\r\nHost: a\r\n\r\n`],
      ['without a Host', `GET ${target} HTTP/1.1\r\n\r\n`],
      ['with a query', request(`${target}?uuid=x`)],
      ['with an escaped MAC address', request(target.replaceAll(':', '%3A'))],
      [
        'that wants another protocol',
        `GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\n` +
          'Upgrade: websocket\r\n\r\n',
      ],
    ];
    for (const [what, bytes] of odd) {
      it(what, async () => {
        const [answer] = await ask(bytes);
        expect(answer).to.equal(served(SCRIPT));
      });
    }

    const closing: [string, string][] = [
      ['in HTTP/1.0', `GET ${target} HTTP/1.0\r\n\r\n`],
      ['with something else behind it', `${request(target)}bonjour\r\n\r\n`],
      [
        'that expects to be told to go on',
        `GET ${target} HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n`,
      ],
    ];
    for (const [what, bytes] of closing) {
      it(`${what}, and closes`, async () => {
        const [answer] = await ask(bytes);
        expect(answer).to.equal(served(SCRIPT, CLOSED));
      });
    }
  });

  describe('with conductors of its own and others', () => {
    it('tells the log what to do about a stock conductor', async () => {
      const [, line] = await ask(request(pathOf('stock')));
      expect(line).to.containDeep({level: 'error', reason: 'rpc_unsupported'});
      expect(line.msg).to.match(/ironic-boot-config conductor.*conductor_port/);
    });

    it('serves a node again when its conductor no longer stalls', async () => {
      stalling.process.kill('SIGCONT');
      const [answer] = await ask(request(pathOf('stalling')));
      expect(answer).to.equal(served(SCRIPT));
    });
  });

  it('gives the constant 404 to all when it is switched off', async () => {
    const off = await deployment.startApi({boot_config: {enabled: 'False'}});
    const wire = await Wire.open(off.port);
    wire.send(request(pathOf('waiting')));
    expect(await wire.answer()).to.equal(notFound());
    wire.close();
    await off.process.waitForLine(/"reason":"disabled"/);
  });

  describe('without its database', () => {
    // More than the pool holds.
    const REQUESTS = 8;

    it('gives the constant 404 while the database hangs', async () => {
      deployment.db.suspend();
      await expectUnavailable();
    });

    it('serves when the database goes on', async () => {
      deployment.db.resume();
      await expectServedAgain();
    });

    it('gives the constant 404 while the database is down', async () => {
      await deployment.db.kill();
      await expectUnavailable();
    });

    it('serves when the database is back', async () => {
      await deployment.db.restart();
      await expectServedAgain();
    });

    async function expectUnavailable() {
      const answers = await Promise.all(
        Array.from({length: REQUESTS}, async () => {
          const wire = await Wire.open(api.port);
          wire.send(request(pathOf('waiting')));
          const answer = await wire.answer();
          wire.close();
          return answer;
        }),
      );
      const lines = await newLines(REQUESTS);
      expect(answers).to.eql(Array(REQUESTS).fill(notFound()));
      expect(lines.map(line => line.reason)).to.eql(
        Array(REQUESTS).fill('database_unavailable'),
      );
    }

    async function expectServedAgain() {
      for (let i = 0; i < REQUESTS; i++) {
        const [answer] = await ask(request(pathOf('waiting')));
        expect(answer).to.equal(served(SCRIPT));
      }
    }
  });

  /**
   * Sends a request over a connection of its own. If that is kept, it has to be
   * good for another request.
   *
   * @returns the answer and the one line that was logged about it
   */
  async function ask(
    bytes: string,
    options?: {bodyless: boolean},
  ): Promise<[string, LogLine]> {
    const wire = await Wire.open(api.port);
    wire.send(bytes);
    const answer = await wire.answer(options);
    const [line] = await newLines(1);
    if (answer.includes(CLOSED)) {
      expect(await wire.rest()).to.equal('');
    } else {
      wire.send(request(pathOf('waiting')));
      expect(await wire.answer()).to.equal(served(SCRIPT));
      const [next] = await newLines(1);
      expect(next.msg).to.equal('served');
    }
    wire.close();
    return [answer, line];
  }

  /** The lines of the log that no test has seen so far; so many, no more. */
  async function newLines(count: number): Promise<LogLine[]> {
    const seen = linesSeen;
    await eventually(
      `${count} requests are logged`,
      () => api.requestLog.length >= seen + count,
    );
    linesSeen = api.requestLog.length;
    const lines = api.requestLog.slice(seen);
    expect(lines.length).to.equal(count);
    return lines;
  }

  async function addNodes(): Promise<Record<NodeName, string>> {
    const uuids: Partial<Record<NodeName, string>> = {};
    for (const name of Object.keys(NODES) as NodeName[]) {
      uuids[name] = await deployment.addNode({
        name,
        ...NODES[name],
        macs: [macOf(name)],
      });
    }
    return uuids as Record<NodeName, string>;
  }

  async function startConductor(host: string, type: string) {
    await deployment.register({hostname: host, hardwareTypes: [type]});
    return deployment.startConductor(host);
  }

  /** A conductor that is none of ours. */
  async function startForeign(host: string, type: string) {
    await deployment.register({hostname: host, hardwareTypes: [type]});
    const server = createServer((_request, response) => {
      response.setHeader('Content-Type', 'application/json');
      response.end(
        JSON.stringify({jsonrpc: '2.0', id: null, error: ANSWERS[type]}),
      );
    });
    await once(server.listen(deployment.rpcPort, host), 'listening');
    foreign.push(server);
  }
});

function path(macAddress: string, name = 'boot.ipxe'): string {
  return `/v1/boot/${macAddress}/${name}`;
}

function pathOf(node: NodeName): string {
  return path(macOf(node));
}

function macOf(node: NodeName): string {
  return mac(Object.keys(NODES).indexOf(node));
}

function mac(number: number): string {
  return `52:54:00:00:00:${number.toString(16).padStart(2, '0')}`;
}
