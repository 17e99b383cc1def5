import {expect} from '@loopback/testlab';
import {eventually} from '../../support/eventually';
import {TestProcess} from '../../support/process';
import {RabbitMq} from '../../support/rabbitmq';
import {
  GivenConductor,
  NODE,
  PXE_NODE,
} from '../conductor/support/given-conductor';
import {OsloClient, osloConfig} from './support/oslo-client';
import {startPython} from './support/python';

const HOST = 'conductor-a';
const UNKNOWN = '00000000-0000-0000-0000-000000000000';
const SCRIPT = '#!ipxe\r\necho "\\ \u2028\u{1f5a5}"\n';

describe("RPC with Python's oslo.messaging", function () {
  this.timeout(90_000);

  let broker: RabbitMq;

  before(async () => {
    broker = await RabbitMq.start();
  });

  after(() => broker?.stop());

  describe('as the conductor', () => {
    let conductors: TestProcess;
    let client: OsloClient;

    before(async () => {
      conductors = await startPython('conductors.py', [broker.url]);
      await conductors.waitForLine(/^ready$/, {timeoutMs: 30_000});
      client = new OsloClient(osloConfig(broker));
    });

    after(async () => {
      await client?.stop();
      conductors?.kill();
      await conductors?.exited;
    });

    it('answers the API', async () => {
      for (let i = 0; i < 20; i++) {
        expect(await client.call('conductor-p')).to.equal(
          `#!ipxe\r\necho ${NODE} \u2028\u{1f5a5}\n`,
        );
      }
    });

    it('gets the context', async () => {
      const args = {node_id: NODE, name: 'context'};
      expect(await client.call('conductor-p', {args})).to.match(/^req-/);
    });

    for (const [what, host, name, reason, told] of [
      [
        'an unknown name',
        'conductor-p',
        'nope.ipxe',
        'config_not_found',
        /answered NotFound: Configuration nope\.ipxe is not found$/,
      ],
      [
        'another boot interface',
        'conductor-p',
        'unsupported',
        'driver_unsupported',
        /answered UnsupportedDriverExtension: Not with ipmi$/,
      ],
      [
        'an error without its traceback',
        'conductor-p',
        'broken',
        'conductor_error',
        /answered RuntimeError: broken$/,
      ],
      [
        'an older version',
        'stock',
        'boot.ipxe',
        'rpc_unsupported',
        /answered UnsupportedVersion: .*1\.63.*conductor_topic/,
      ],
      [
        'a version without the method',
        'newer',
        'boot.ipxe',
        'rpc_unsupported',
        /answered NoSuchMethod: .*conductor_topic/,
      ],
    ] as const) {
      it(`tells of ${what}`, async () => {
        const args = {node_id: NODE, name};
        const failure = await client.failureOf(host, {args});
        expect(failure.reason).to.equal(reason);
        expect(failure.message).to.match(told);
      });
    }
  });

  describe('as the API', () => {
    let conductor: GivenConductor;

    before(async () => {
      const config = osloConfig(broker, {DEFAULT: {host: HOST}});
      conductor = await GivenConductor.start(config);
      await conductor.write(`${NODE}/config`, SCRIPT);
      const client = new OsloClient(config);
      await eventually('it listens', () => client.canReach(HOST));
      await client.stop();
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
        {args: sound, version: '1.64'},
        {args: {}, method: 'heartbeat'},
      ]);

      const module = 'ironic.common.exception_Remote';
      expect(outcomes).to.eql([
        {result: SCRIPT},
        {
          class: 'NotFound_Remote',
          module,
          message: 'Configuration nope.ipxe is not found',
          code: 404,
        },
        {
          class: 'NodeNotFound_Remote',
          module,
          message: `Node ${UNKNOWN} could not be found.`,
          code: 404,
        },
        {
          class: 'UnsupportedDriverExtension_Remote',
          module,
          message:
            'Driver ipmi does not support get_boot_config (disabled or not implemented).',
          code: 400,
        },
        {
          class: 'TypeError',
          module: 'builtins',
          message:
            'Arguments are invalid for get_boot_config: unexpected argument nope',
          code: null,
        },
        {
          remote: 'UnsupportedVersion',
          message:
            'Endpoint does not support RPC version 1.64. Attempted method: get_boot_config',
        },
        {
          remote: 'NoSuchMethod',
          message: 'Endpoint does not support RPC method heartbeat',
        },
      ]);
    });

    async function outcomesOf(calls: object[]): Promise<unknown> {
      const defaults = {method: 'get_boot_config', version: '1.63'};
      const python = await startPython('call.py', [
        broker.url,
        HOST,
        JSON.stringify(calls.map(call => ({...defaults, ...call}))),
      ]);
      const [line] = await python.waitForLine(/^\[.*\]$/, {timeoutMs: 30_000});
      return JSON.parse(line) as unknown;
    }
  });
});
