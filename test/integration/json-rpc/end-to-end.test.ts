import {expect} from '@loopback/testlab';
import {
  anonymousContext,
  BootConfigError,
  JsonRpcTransport,
  newRequestId,
  resolveOptions,
} from '../../../src';
import {freePort} from '../../support/ports';
import {
  GivenConductor,
  NODE,
  PXE_NODE,
} from '../conductor/support/given-conductor';

const HOSTS = ['127.0.0.11', '127.0.0.12'];

describe('JSON-RPC from end to end', () => {
  const conductors: Record<string, GivenConductor> = {};
  let port: number;
  let transport: JsonRpcTransport;

  before(async () => {
    port = await freePort(HOSTS[0]);
    transport = new JsonRpcTransport(resolveOptions({json_rpc: {port}}));
    for (const host of HOSTS) {
      conductors[host] = await GivenConductor.start({
        DEFAULT: {host, rpc_transport: 'json-rpc'},
        json_rpc: {port},
      });
    }
  });

  after(async () => {
    await transport.stop();
    for (const conductor of Object.values(conductors)) await conductor.stop();
  });

  for (const [what, script] of Object.entries({
    'a script': '#!ipxe\nboot\n',
    'all that JSON escapes': '#!ipxe\r\n"\\/\b\f\u0000\u007f\u2028\u{1f5a5}',
    'a byte order mark': '\ufeff#!ipxe\n',
    'a large script': `#!ipxe\n${'"'.repeat(200_000)}\n`,
  })) {
    it(`carries ${what} byte for byte`, async () => {
      await conductors['127.0.0.11'].write(`${NODE}/config`, script);
      expect(await call('127.0.0.11')).to.eql(script);
    });
  }

  it('asks the conductor that is named', async () => {
    for (const host of HOSTS) {
      await conductors[host].write(`${NODE}/config`, `#!ipxe\necho ${host}\n`);
    }
    for (const host of [...HOSTS, ...HOSTS]) {
      expect(await call(host)).to.eql(`#!ipxe\necho ${host}\n`);
    }
  });

  for (const [reason, args] of Object.entries({
    config_not_found: {node_id: NODE, name: 'nope.ipxe'},
    driver_unsupported: {node_id: PXE_NODE, name: 'boot.ipxe'},
    conductor_error: {node_id: NODE, name: 'boot.ipxe', nope: 1},
  })) {
    it(`tells of ${reason}`, async () => {
      expect((await failureOf(args)).reason).to.eql(reason);
    });
  }

  it('tells of a node that is unknown', async () => {
    const {reason, message} = await failureOf({
      node_id: '00000000-0000-0000-0000-000000000000',
      name: 'boot.ipxe',
    });
    expect(reason).to.eql('config_not_found');
    expect(message).to.match(/NodeNotFound/);
  });

  async function call(
    host: string,
    args: Record<string, unknown> = {node_id: NODE, name: 'boot.ipxe'},
  ): Promise<unknown> {
    return transport.call(
      host,
      {
        method: 'get_boot_config',
        args,
        context: anonymousContext(newRequestId()),
        version: '1.63',
      },
      AbortSignal.timeout(10_000),
    );
  }

  async function failureOf(
    args: Record<string, unknown>,
  ): Promise<BootConfigError> {
    const error: unknown = await call('127.0.0.11', args).catch(
      (failure: unknown) => failure,
    );
    expect(error).to.be.instanceOf(BootConfigError);
    return error as BootConfigError;
  }
});
