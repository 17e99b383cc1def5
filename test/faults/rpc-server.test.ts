import http from 'node:http';
import {once} from 'node:events';
import {expect} from '@loopback/testlab';
import {
  Conductor,
  Deployment,
  runCommand,
  Sections,
  startCommand,
} from '../acceptance/system/support';
import {DATABASE_POOL, footprintOf, untilFootprintIsBack} from './support';

const HOST = '127.0.0.11';
const SCRIPT = '#!ipxe\necho served\nboot\n';

describe('the RPC server of a conductor', function () {
  this.timeout(30_000);

  let deployment: Deployment;
  let conductor: Conductor;
  let node: string;

  before(async () => {
    deployment = await Deployment.create();
    node = await deployment.addNode({macs: ['52:54:00:00:00:01']});
    conductor = await deployment.startConductor(HOST);
    await conductor.write(node, SCRIPT);
  });
  after(() => deployment?.remove());

  const call = (changes: object = {}) =>
    JSON.stringify({
      jsonrpc: '2.0',
      id: 'req-1',
      method: 'get_boot_config',
      params: {context: {}, node_id: node, name: 'boot.ipxe'},
      ...changes,
    });

  /** Status and body of the answer. */
  async function post(
    body: string,
    headers: http.OutgoingHttpHeaders = {},
  ): Promise<{status: number; text: string}> {
    const request = http.request({
      host: HOST,
      port: deployment.rpcPort,
      method: 'POST',
      headers,
    });
    // The server may close before it has read everything.
    request.on('error', () => {});
    request.end(body);
    const [response] = (await once(request, 'response')) as [
      http.IncomingMessage,
    ];
    let text = '';
    for await (const chunk of response.setEncoding('utf8')) text += chunk;
    return {status: response.statusCode!, text};
  }

  async function expectServing(): Promise<void> {
    const {status, text} = await post(call());
    expect(status).to.equal(200);
    expect(JSON.parse(text)).to.eql({
      jsonrpc: '2.0',
      id: 'req-1',
      result: SCRIPT,
    });
  }

  async function expectError(body: string, code: number): Promise<void> {
    const {status, text} = await post(body);
    expect(status).to.equal(200);
    expect(JSON.parse(text)).to.have.propertyByPath('error', 'code').eql(code);
  }

  it('serves get_boot_config', () => expectServing());

  for (const method of [
    'init_host',
    'do_node_deploy',
    'change_node_power_state',
    'destroy_node',
    'getBootConfig',
    'get_boot_config\u0000',
    'GET_BOOT_CONFIG',
    'constructor',
    'toString',
    '__proto__',
    'rpc.discover',
  ]) {
    it(`knows no method ${JSON.stringify(method)}`, () =>
      expectError(call({method}), -32601));
  }

  it('knows none either where the parameters are those of another', () =>
    expectError(
      call({method: 'do_node_deploy', params: {node_id: node}}),
      -32601,
    ));

  describe('stays as it is, given', () => {
    /** Tries it often enough to see what it leaves behind. */
    async function expectUnharmed(attempt: () => Promise<void>) {
      const {pid} = conductor.process;
      await expectServing();
      const before = await footprintOf(pid);
      for (let time = 0; time < 20; time++) await attempt();
      await expectServing();
      await untilFootprintIsBack(pid, before, DATABASE_POOL);
    }

    it('a body too large', () =>
      expectUnharmed(async () => {
        const {status} = await post(call({x: 'x'.repeat(2_000_000)}));
        expect(status).to.equal(413);
      }));

    it('a body without end', () =>
      expectUnharmed(async () => {
        const body = 'x'.repeat(1_000_000);
        const {status} = await post(body, {'Transfer-Encoding': 'chunked'});
        expect(status).to.equal(413);
      }));

    it('less than was promised', () =>
      expectUnharmed(async () => {
        const request = http.request({
          host: HOST,
          port: deployment.rpcPort,
          method: 'POST',
          headers: {'Content-Length': 10_000_000_000},
        });
        request.on('error', () => {});
        request.write(call());
        await once(request, 'socket');
        request.destroy();
      }));

    it('JSON nested too deeply', () =>
      expectUnharmed(() =>
        expectError(call().replace('{}', nested(10_000)), -32700),
      ));

    it('no JSON', () => expectUnharmed(() => expectError('{"a": ', -32700)));
  });

  describe('that anybody could reach', () => {
    const everywhere = (jsonRpc: Sections[string]): Promise<string> =>
      deployment.conf({
        DEFAULT: {host: 'conductor-1'},
        deploy: {http_root: conductor.root},
        json_rpc: {host_ip: '0.0.0.0', ...jsonRpc},
      });

    it('does not start unless that is said', async () => {
      const conf = await everywhere({});
      const {code, stderr} = await runCommand([
        'conductor',
        '--config-file',
        conf,
      ]);
      expect(code).to.equal(1);
      expect(stderr).to.match(/\[json_rpc\] auth_strategy.*noauth/);
      expect(stderr).to.not.match(/listens/);
    });

    it('starts with auth_strategy = noauth', async () => {
      const port = deployment.rpcPort + 1;
      const conf = await everywhere({auth_strategy: 'noauth', port});
      const command = await startCommand(['conductor', '--config-file', conf]);
      await command.waitForLine(/listens for JSON-RPC/);
      expect(await command.stop()).to.eql({code: 0, signal: null});
    });
  });
});

function nested(depth: number): string {
  return `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
}
