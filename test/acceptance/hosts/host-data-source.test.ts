import {
  DefaultCrudRepository,
  Entity,
  juggler,
  model,
  property,
} from '@loopback/repository';
import {expect} from '@loopback/testlab';
import {
  BootConfigBindings,
  ConductorHardwareInterface,
  ConductorRow,
  Node,
  Port,
} from '../../../src';
import {
  askFor,
  CONDUCTOR,
  expectNotFound,
  expectServed,
  MAC,
  useHost,
  WAITING_NODE,
} from '../support';

function givenDataSource(): juggler.DataSource {
  return new juggler.DataSource({name: 'ironic', connector: 'memory'});
}

/** Lets the first of the sample nodes stand in the host's data source. */
async function fill(dataSource: juggler.DataSource): Promise<void> {
  await new DefaultCrudRepository(Node, dataSource).createAll([
    {
      id: 7,
      uuid: 'aaaaaaaa-0000-4000-8000-000000000007',
      driver: 'ipmi',
      provisionState: 'clean wait',
    },
    {
      id: 8,
      uuid: WAITING_NODE,
      driver: 'ipmi',
      provisionState: 'wait call-back',
    },
    {id: 9, uuid: 'aaaaaaaa-0000-4000-8000-000000000009', driver: 'ipmi'},
  ]);
  await new DefaultCrudRepository(Port, dataSource).createAll([
    {id: 1, address: MAC.waiting, nodeId: 8},
    {id: 2, address: MAC.waitingToo, nodeId: 8},
    {id: 3, address: MAC.active, nodeId: 9},
    // A port that belongs to no node, and one that refers to one that is gone.
    {id: 4, address: MAC.unknown},
    {id: 5, address: MAC.noConductor, nodeId: 99},
  ]);
  await new DefaultCrudRepository(ConductorRow, dataSource).create({
    id: 1,
    hostname: CONDUCTOR,
    online: true,
    updatedAt: new Date(),
  });
  await new DefaultCrudRepository(
    ConductorHardwareInterface,
    dataSource,
  ).createAll([
    {id: 1, conductorId: 1, hardwareType: 'ipmi'},
    {id: 2, conductorId: 1, hardwareType: 'ipmi'},
  ]);
}

describe("A host with a data source of its own for Ironic's database", () => {
  const dataSource = givenDataSource();
  const host = useHost({
    config: {database: {connection: ''}},
    before: app => app.bind(BootConfigBindings.DATA_SOURCE).to(dataSource),
  });
  before(() => fill(dataSource));
  beforeEach(() => {
    host().conductor.reset();
    host().logger.clear();
  });

  it('is served from it', async () => {
    expectServed(await askFor(host()));
    expectServed(await askFor(host(), {mac: MAC.waitingToo.toUpperCase()}));
  });

  it('sees its changes', async () => {
    const nodes = new DefaultCrudRepository<Node, number>(Node, dataSource);
    await nodes.updateById(8, {provisionState: 'active'});
    expectNotFound(await askFor(host()));
    await nodes.updateById(8, {provisionState: 'rescue wait'});
    expectServed(await askFor(host()));
  });

  it('takes a state that is not set for available', async () => {
    expectNotFound(await askFor(host(), {mac: MAC.active}));
    expect(host().logger.only.details.reason).to.equal('state_restricted');
  });

  it('does not serve ports without a node', async () => {
    for (const mac of [MAC.unknown, MAC.noConductor]) {
      host().logger.clear();
      expectNotFound(await askFor(host(), {mac}));
      expect(host().logger.only.details.reason).to.equal('node_not_found');
    }
    expect(host().conductor.calls).to.be.empty();
  });

  it('stays in the hands of the host', async () => {
    expect(await host().get(BootConfigBindings.DATA_SOURCE)).to.equal(
      dataSource,
    );
  });
});

describe('A host whose own models take the names of the component', () => {
  @model({name: 'Node'})
  class HostNode extends Entity {
    @property({type: 'string', id: true})
    uuid: string;

    @property({type: 'string'})
    provision_state: string;
  }

  @model({name: 'Port'})
  class HostPort extends Entity {
    @property({type: 'number', id: true})
    id: number;

    @property({type: 'string'})
    address: string;

    @property({type: 'number'})
    node_id: number;
  }

  const dataSource = givenDataSource();
  const host = useHost({
    config: {database: {connection: ''}, api: {restrict_boot_config: false}},
    before: app => app.bind(BootConfigBindings.DATA_SOURCE).to(dataSource),
  });
  // Models of one name are one model to a data source, the first that was
  // declared, so that the component finds rows with columns that it knows not.
  const nodes = new DefaultCrudRepository(HostNode, dataSource);
  const ports = new DefaultCrudRepository(HostPort, dataSource);
  before(async () => {
    await nodes.createAll([
      {uuid: 'the-first-of-all-nodes', provision_state: 'wait call-back'},
      {uuid: WAITING_NODE, provision_state: 'wait call-back'},
    ]);
    await ports.create({id: 1, address: MAC.waiting, node_id: 2});
  });

  it('never gets the script of another node', async () => {
    expectNotFound(await askFor(host()));
    expect(host().conductor.calls).to.be.empty();
  });
});

describe('A host whose data source fails', () => {
  const dataSource = givenDataSource();
  const host = useHost({
    config: {database: {connection: ''}},
    before: app => app.bind(BootConfigBindings.DATA_SOURCE).to(dataSource),
  });

  it('gives the constant 404 and the reason in the log', async () => {
    Object.assign(dataSource.connector!, {
      all: (_m: string, _f: object, _o: object, done: (e: Error) => void) =>
        done(new Error('the disk is gone')),
    });
    expectNotFound(await askFor(host()));
    expect(host().logger.only).to.containDeep({
      level: 'error',
      details: {reason: 'database_unavailable'},
    });
    expect(host().logger.only.message).to.match(/the disk is gone/);
  });
});
