import http from 'node:http';
import {once} from 'node:events';
import {expect} from '@loopback/testlab';
import {eventually} from '../../support/eventually';
import {
  Api,
  CLOSED,
  Conductor,
  Deployment,
  notFound,
  request,
  Wire,
} from './support';

const MAC = '52:54:00:00:00:01';
const TARGET = `/v1/boot/${MAC}/boot.ipxe`;
const SCRIPT = '#!ipxe\necho slow\n';
const CONDUCTOR = '127.0.0.11';

/** Signals that tell a service to stop. */
const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

describe('a signal to stop', function () {
  this.timeout(60_000);

  let deployment: Deployment;
  let node: string;

  before(async () => {
    deployment = await Deployment.create();
    await deployment.register({hostname: CONDUCTOR});
    node = await deployment.addNode({macs: [MAC]});
  });

  after(() => deployment?.remove());

  describe('to serve', () => {
    let slow: SlowConductor;
    let api: Api;
    let idle: Wire;
    let waiting: Wire;

    beforeEach(async () => {
      slow = await SlowConductor.start(deployment.rpcPort);
      api = await deployment.startApi();
      // iPXE keeps a connection for its next request.
      idle = await Wire.open(api.port);
      idle.send(request('/v1/boot'));
      await idle.answer();
      waiting = await Wire.open(api.port);
      waiting.send(request(TARGET));
      await slow.asked;
    });

    afterEach(() => slow.stop());

    for (const signal of SIGNALS) {
      it(`lets it answer what is under way: ${signal}`, async () => {
        api.process.kill(signal);
        await eventually('nobody listens', () => refused(api.port));
        expect(await refused(api.opsPort)).to.be.true();
        // On a kept connection a request may be on its way already.
        idle.send(request('/v1/boot'));
        expect(await idle.answer()).to.equal(notFound(CLOSED));
        expect(await idle.rest()).to.equal('');
        expect(api.process.running).to.be.true();

        slow.answer();
        expect(await waiting.answer()).to.match(
          /^HTTP\/1.1 200 [^]*echo slow\n$/,
        );
        expect(await waiting.rest()).to.equal('');
        expect(await api.process.exited).to.eql({code: 0, signal: null});
        expect(api.requestLog.at(-1)!.msg).to.equal('served');
      });
    }

    it('ends it at once when it is the second', async () => {
      api.process.kill('SIGTERM');
      await eventually('nobody listens', () => refused(api.port));
      api.process.kill('SIGTERM');
      expect(await api.process.exited).to.eql({code: 1, signal: null});
      expect(await waiting.rest()).to.equal('');
    });
  });

  describe('to a conductor', () => {
    let conductor: Conductor;
    let call: Call;

    beforeEach(async () => {
      conductor = await deployment.startConductor(CONDUCTOR);
      await conductor.write(node, SCRIPT);
      // From here on its answers wait for the database.
      deployment.db.suspend();
      call = new Call(deployment.rpcPort, node);
      await call.accepted;
    });

    afterEach(() => deployment.db.resume());

    for (const signal of SIGNALS) {
      it(`lets it answer what is under way: ${signal}`, async () => {
        conductor.process.kill(signal);
        await eventually('nobody listens', () =>
          refused(deployment.rpcPort, CONDUCTOR),
        );
        expect(conductor.process.running).to.be.true();

        deployment.db.resume();
        expect(await call.result).to.equal(SCRIPT);
        expect(await conductor.process.exited).to.eql({code: 0, signal: null});
      });
    }

    it('ends it at once when it is the second', async () => {
      conductor.process.kill('SIGTERM');
      await eventually('nobody listens', () =>
        refused(deployment.rpcPort, CONDUCTOR),
      );
      conductor.process.kill('SIGTERM');
      expect(await conductor.process.exited).to.eql({code: 1, signal: null});
      expect(await call.result).to.equal(undefined);
    });
  });
});

/** A conductor that answers the one call that it gets when it is told to. */
class SlowConductor {
  readonly asked: Promise<unknown>;

  private respond?: () => void;

  private constructor(private readonly server: http.Server) {
    this.asked = new Promise<void>(resolve => {
      server.on('request', (call, response) => {
        let body = '';
        call.on('data', chunk => (body += chunk));
        call.on('end', () => {
          const {id} = JSON.parse(body) as {id: string};
          this.respond = () =>
            response.end(JSON.stringify({jsonrpc: '2.0', id, result: SCRIPT}));
          resolve();
        });
      });
    });
  }

  static async start(port: number): Promise<SlowConductor> {
    const server = http.createServer();
    await once(server.listen(port, CONDUCTOR), 'listening');
    return new SlowConductor(server);
  }

  answer(): void {
    this.respond!();
  }

  async stop(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, 'close');
  }
}

/** A call of get_boot_config. */
class Call {
  /** Resolves when the conductor has begun to work on it. */
  readonly accepted: Promise<unknown>;
  /** The script; `undefined` when the connection was cut. */
  readonly result: Promise<string | undefined>;

  constructor(port: number, node: string) {
    const call = http.request({
      host: CONDUCTOR,
      port,
      method: 'POST',
      headers: {Expect: '100-continue'},
    });
    this.accepted = once(call, 'continue');
    this.result = new Promise(resolve => {
      call.on('error', () => resolve(undefined));
      call.on('response', response => {
        let body = '';
        response.on('data', chunk => (body += chunk));
        response.on('end', () =>
          resolve((JSON.parse(body) as {result?: string}).result),
        );
      });
    });
    call.end(
      JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'get_boot_config',
        params: {node_id: node, name: 'boot.ipxe', context: {}},
      }),
    );
  }
}

async function refused(port: number, host?: string): Promise<boolean> {
  try {
    (await Wire.open(port, host)).close();
    return false;
  } catch {
    return true;
  }
}
