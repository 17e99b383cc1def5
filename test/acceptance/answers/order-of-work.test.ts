import {expect} from '@loopback/testlab';
import {
  BootConfigBindings,
  Conductor,
  ConductorRepository,
  Node,
  NodeRepository,
} from '../../../src';
import {eventually} from '../../support/eventually';
import {
  askFor,
  BootRequest,
  CONDUCTOR,
  expectNotFound,
  expectServed,
  MAC,
  useHost,
  WAITING_NODE,
} from '../support';

/** What was done for a request, in order. */
const steps: string[] = [];

const nodes: NodeRepository = {
  async findByMac(address) {
    steps.push('query');
    const provisionState = {
      [MAC.waiting]: 'wait call-back',
      [MAC.active]: 'active',
    }[address];
    return provisionState
      ? new Node({
          id: 1,
          uuid: WAITING_NODE,
          driver: 'ipmi',
          conductorGroup: '',
          provisionState,
        })
      : undefined;
  },
  async findByIdent() {
    steps.push('another query');
    return undefined;
  },
  async findPorts() {
    steps.push('another query');
    return [];
  },
  async countInterfaces() {
    return [];
  },
};

const conductors: ConductorRepository = {
  async findAll(): Promise<Conductor[]> {
    steps.push('ring');
    return [
      {
        id: 1,
        hostname: CONDUCTOR,
        conductorGroup: '',
        online: true,
        hardwareTypes: ['ipmi'],
      },
    ];
  },
};

describe('The work for a request', () => {
  const host = useHost({
    config: {DEFAULT: {hash_ring_reset_interval: 0}},
    before: app => {
      app.bind(BootConfigBindings.NODE_REPOSITORY).to(nodes);
      app.bind(BootConfigBindings.CONDUCTOR_REPOSITORY).to(conductors);
    },
  });
  before(async () => {
    const {logger} = host();
    await eventually('the ring is built at start', () =>
      logger.records.some(({message}) => message === 'ready to serve'),
    );
  });
  beforeEach(() => {
    host().conductor.behave(async ({nodeId}) => {
      steps.push('RPC');
      return `#!ipxe\necho ${nodeId}\nboot\n`;
    });
    host().conductor.calls.length = 0;
    steps.length = 0;
  });

  it('is one query, the ring, and one call', async () => {
    expectServed(await askFor(host()));
    expect(steps).to.eql(['query', 'ring', 'RPC']);
    expect(host().conductor.calls[0]).to.containEql({
      nodeId: WAITING_NODE,
      name: 'boot.ipxe',
    });
  });

  it('is the same for HEAD', async () => {
    await askFor(host(), {method: 'HEAD'});
    expect(steps).to.eql(['query', 'ring', 'RPC']);
  });

  // So that the time of an answer does not tell what was wrong.
  const ONE_QUERY: Record<string, BootRequest> = {
    'of a node that is not known': {mac: MAC.unknown},
    'of a node that is not to be served': {mac: MAC.active},
    'with a bad MAC address': {mac: 'x'},
    'with a bad name': {name: '..'},
    'for another file of a node that is not to be served': {
      mac: MAC.active,
      name: 'grub.cfg',
    },
  };
  for (const [what, request] of Object.entries(ONE_QUERY)) {
    it(`ends after the query ${what}`, async () => {
      expectNotFound(await askFor(host(), request));
      expect(steps).to.eql(['query']);
    });
  }

  const NOTHING: Record<string, BootRequest> = {
    'another method': {method: 'POST'},
    'another path': {target: '/v1/boot/x'},
  };
  for (const [what, request] of Object.entries(NOTHING)) {
    it(`is none for ${what}`, async () => {
      expectNotFound(await askFor(host(), request));
      expect(steps).to.be.empty();
    });
  }
});
