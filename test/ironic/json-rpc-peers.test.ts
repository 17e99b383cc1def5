import {expect} from '@loopback/testlab';
import {
  anonymousContext,
  BootConfigConfig,
  BootConfigError,
  JsonRpcTransport,
  newRequestId,
  resolveOptions,
} from '../../src';
import {
  GivenConductor,
  NODE,
  PXE_NODE,
} from '../integration/conductor/support/given-conductor';
import {eventually} from '../support/eventually';
import {freePort} from '../support/ports';
import {TestProcess} from '../support/process';
import {startPython} from './support/python';

const HOST = '127.0.0.1';
const UNKNOWN = '00000000-0000-0000-0000-000000000000';
const SCRIPT = '#!ipxe\r\necho "\\ \u2028\u{1f5a5}"\n';
const READY = {timeoutMs: 60_000};

describe("JSON-RPC with Ironic's own Python", function () {
  this.timeout(120_000);

  describe('as the conductor', () => {
    let conductor: TestProcess;
    let transport: JsonRpcTransport;

    before(async () => {
      const port = await freePort();
      conductor = await startPython('conductor.py', [String(port)]);
      await conductor.waitForLine(/^ready$/, READY);
      transport = new JsonRpcTransport(resolveOptions(configOf(port)));
      await eventually('it answers', () =>
        call('boot.ipxe').then(
          () => true,
          () => false,
        ),
      );
    });

    after(async () => {
      await transport?.stop();
      conductor?.kill();
      await conductor?.exited;
    });

    it('answers the API', async () => {
      expect(await call('boot.ipxe')).to.equal(
        `#!ipxe\r\necho ${NODE} \u2028\u{1f5a5}\n`,
      );
    });

    it('gets the context', async () => {
      expect(await call('context')).to.match(/^req-[0-9a-f-]{36}$/);
    });

    for (const [name, reason, told] of [
      [
        'nope.ipxe',
        'config_not_found',
        /answered NotFound: Configuration nope\.ipxe is not found$/,
      ],
      [
        'unknown-node',
        'config_not_found',
        /answered NodeNotFound: Node .* could not be found\.$/,
      ],
      [
        'unsupported',
        'driver_unsupported',
        /answered UnsupportedDriverExtension: Driver ipmi does not support get_boot_config/,
      ],
      ['broken', 'conductor_error', /answered 500: broken$/],
    ] as const) {
      it(`tells of ${reason}: ${name}`, async () => {
        const failure: unknown = await call(name).catch(
          (error: unknown) => error,
        );
        expect(failure).to.be.instanceOf(BootConfigError);
        expect(failure).to.have.property('reason', reason);
        expect((failure as Error).message).to.match(told);
      });
    }

    async function call(name: string): Promise<unknown> {
      return transport.call(
        HOST,
        {
          method: 'get_boot_config',
          args: {node_id: NODE, name},
          context: anonymousContext(newRequestId()),
          version: '1.63',
          timeout: 10_000,
        },
        AbortSignal.timeout(10_000),
      );
    }
  });

  describe('as the API', () => {
    let conductor: GivenConductor;
    let port: number;

    before(async () => {
      port = await freePort();
      conductor = await GivenConductor.start(configOf(port));
      await conductor.write(`${NODE}/config`, SCRIPT);
    });

    after(() => conductor?.stop());

    it('gets answers and errors that it knows', async () => {
      const sound = {node_id: NODE, name: 'boot.ipxe'};
      const outcomes = await outcomesOf([
        {args: sound},
        {args: {...sound, name: 'nope.ipxe'}},
        {args: {...sound, node_id: UNKNOWN}},
        {args: {...sound, node_id: PXE_NODE}},
        {args: {...sound, nope: 1}},
        {args: {}, method: 'heartbeat'},
      ]);

      const module = 'ironic.common.exception';
      // What Ironic's client makes of an error without a class.
      const unexpected = {
        class: 'ironic_lib.exception.IronicException',
        message: 'Unexpected error raised by RPC',
        code: 500,
      };
      expect(outcomes).to.eql([
        {result: SCRIPT},
        {
          class: `${module}.NotFound`,
          message: 'Configuration nope.ipxe is not found',
          code: 404,
        },
        {
          class: `${module}.NodeNotFound`,
          message: `Node ${UNKNOWN} could not be found.`,
          code: 404,
        },
        {
          class: `${module}.UnsupportedDriverExtension`,
          message:
            'Driver ipmi does not support get_boot_config (disabled or not implemented).',
          code: 400,
        },
        unexpected,
        unexpected,
      ]);
    });

    async function outcomesOf(calls: object[]): Promise<unknown> {
      const defaults = {method: 'get_boot_config', version: '1.63'};
      const python = await startPython('call.py', [
        String(port),
        JSON.stringify(calls.map(call => ({...defaults, ...call}))),
      ]);
      const [line] = await python.waitForLine(/^\[.*\]$/, READY);
      return JSON.parse(line) as unknown;
    }
  });
});

/** Configuration of both sides. */
function configOf(port: number): BootConfigConfig {
  return {
    DEFAULT: {host: HOST, rpc_transport: 'json-rpc'},
    json_rpc: {port, auth_strategy: 'noauth'},
  };
}
