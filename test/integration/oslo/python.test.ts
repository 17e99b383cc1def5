import {expect} from '@loopback/testlab';
import {eventually} from '../../support/eventually';
import {BootConfigConfig} from '../../../src';
import {TestProcess} from '../../support/process';
import {RabbitMq} from '../../support/rabbitmq';
import {TempDir} from '../../support/temp-dir';
import {ironicConf, Sections} from '../../acceptance/system/support';
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

/** What ironic.conf has on both sides. */
const CONFIGURATIONS: Record<string, Sections[string]> = {
  'with the default options': {},
  'with durable queues': {amqp_durable_queues: 'True'},
  'with quorum queues': {rabbit_quorum_queue: 'True'},
  'with all queues quorum queues, replies kept for a minute': {
    rabbit_quorum_queue: 'True',
    rabbit_transient_quorum_queue: 'True',
    rabbit_transient_queues_ttl: '60',
  },
  'with durable queues and a quorum queue for replies': {
    amqp_durable_queues: 'True',
    rabbit_transient_quorum_queue: 'True',
  },
};

describe("RPC with Python's oslo.messaging", function () {
  this.timeout(90_000);

  let broker: RabbitMq;
  let dir: TempDir;

  before(async () => {
    [broker, dir] = await Promise.all([RabbitMq.start(), TempDir.create()]);
  });

  after(async () => {
    await broker?.stop();
    await dir.remove();
  });

  for (const [what, rabbit] of Object.entries(CONFIGURATIONS)) {
    describe(what, () => {
      describePeers({
        url: () => broker.addVirtualHost(what),
        conf: () =>
          dir.write('ironic.conf', ironicConf({oslo_messaging_rabbit: rabbit})),
        ours: {oslo_messaging_rabbit: rabbit},
      });
    });
  }
});

interface Peers {
  /** Makes a virtual host. @returns what leads there */
  url: () => Promise<string>;
  /** Writes an ironic.conf. @returns its path */
  conf: () => Promise<string>;
  /** What is in it. */
  ours: BootConfigConfig;
}

function describePeers({url: makeUrl, conf, ours}: Peers): void {
  let url: string;
  let confFile: string;

  before(async () => {
    url = await makeUrl();
    confFile = await conf();
  });

  describe('as the conductor', () => {
    let conductors: TestProcess;
    let client: OsloClient;

    before(async () => {
      conductors = await startPython('conductors.py', [url, confFile]);
      await conductors.waitForLine(/^ready$/, {timeoutMs: 30_000});
      client = new OsloClient(osloConfig({url}, ours));
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
      const config = osloConfig({url}, {...ours, DEFAULT: {host: HOST}});
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
        url,
        confFile,
        HOST,
        JSON.stringify(calls.map(call => ({...defaults, ...call}))),
      ]);
      const [line] = await python.waitForLine(/^\[.*\]$/, {timeoutMs: 30_000});
      return JSON.parse(line) as unknown;
    }
  });
}
