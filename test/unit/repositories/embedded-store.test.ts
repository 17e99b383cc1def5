import {expect} from '@loopback/testlab';
import {ConfigurationError} from '../../../src';
import {readEmbeddedStore} from '../../../src/repositories/embedded';
import {TempDir} from '../../support/temp-dir';

const NODE = {
  uuid: '1be26c0b-03f2-4d2e-ae87-c02d7f33c10d',
  driver: 'redfish',
  ports: ['52:54:00:ab:cd:ef'],
};
const CONDUCTOR = {hostname: 'conductor-a', hardware_types: ['redfish']};

describe('readEmbeddedStore', () => {
  let dir: TempDir;

  before(async () => {
    dir = await TempDir.create();
  });
  after(() => dir.remove());

  async function read(content: unknown) {
    const text =
      typeof content === 'string' ? content : JSON.stringify(content);
    return readEmbeddedStore(await dir.write('store.json', text));
  }

  it('reads nodes and conductors', async () => {
    const store = {nodes: [NODE], conductors: [CONDUCTOR]};
    expect(await read(store)).to.eql(store);
  });

  it('reads a store with nothing in it', async () => {
    const store = {nodes: [], conductors: []};
    expect(await read(store)).to.eql(store);
  });

  it('takes everything that a node and a conductor may have', async () => {
    const store = {
      nodes: [
        {
          ...NODE,
          name: 'node-1',
          conductor_group: 'rack-1',
          provision_state: 'wait call-back',
          conductor_affinity: 'conductor-a',
          boot_interface: 'ilo-ipxe',
          ports: [],
        },
      ],
      conductors: [{...CONDUCTOR, conductor_group: 'rack-1', online: false}],
    };
    expect(await read(store)).to.eql(store);
  });

  for (const [what, content, message] of [
    ['no JSON', 'nodes: []', /JSON/],
    ['an empty file', '', /JSON/],
    ['a list', [], /it is not an object/],
    ['null', 'null', /it is not an object/],
    ['no nodes', {conductors: []}, /"nodes" is not a list/],
    [
      'nodes that are none',
      {nodes: {}, conductors: []},
      /"nodes" is not a list/,
    ],
    ['no conductors', {nodes: []}, /"conductors" is not a list/],
    ...[
      null,
      'node',
      {},
      {...NODE, uuid: undefined},
      {...NODE, uuid: ''},
      {...NODE, uuid: 13},
      {...NODE, driver: undefined},
      {...NODE, ports: undefined},
      {...NODE, ports: NODE.ports[0]},
      {...NODE, ports: [{address: NODE.ports[0]}]},
    ].map(
      node =>
        [
          `the node ${JSON.stringify(node)}`,
          {nodes: [NODE, node], conductors: []},
          /nodes\[1\] needs "uuid", "driver" and "ports"/,
        ] as const,
    ),
    ...[
      null,
      'conductor-a',
      {...CONDUCTOR, hostname: undefined},
      {...CONDUCTOR, hardware_types: 'redfish'},
      {...CONDUCTOR, hardware_types: [7]},
    ].map(
      conductor =>
        [
          `the conductor ${JSON.stringify(conductor)}`,
          {nodes: [], conductors: [CONDUCTOR, conductor]},
          /conductors\[1\] needs "hostname" and "hardware_types"/,
        ] as const,
    ),
  ] as [string, unknown, RegExp][]) {
    it(`refuses ${what}`, async () => {
      const error = await read(content).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error).to.be.instanceof(ConfigurationError);
      expect((error as Error).message).to.match(message);
    });
  }

  it('names option and file when there is no such file', () => {
    expect(() => readEmbeddedStore(dir.join('missing.json'))).to.throw(
      ConfigurationError,
      {
        message:
          /\[database\] connection = memory:.*missing\.json: expected a readable file of nodes and conductors in JSON: ENOENT/,
      },
    );
  });

  it('refuses a directory', () => {
    expect(() => readEmbeddedStore(dir.path)).to.throw(/EISDIR/);
  });
});
