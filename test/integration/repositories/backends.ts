import {DefaultCrudRepository, juggler} from '@loopback/repository';
import {
  ConductorHardwareInterface,
  ConductorRepository,
  ConductorRow,
  Node,
  NodeRepository,
  Port,
} from '../../../src';
import {EmbeddedStore} from '../../../src/repositories/embedded';
import {insertConductor, insertNodes} from '../../support/ironic-data';
import {MariaDb} from '../../support/mariadb';
import {TempDir} from '../../support/temp-dir';
import {Sample} from './sample';
import {Store} from './store';

/** A store that holds a sample. */
export interface FilledStore {
  nodes: NodeRepository;
  conductors: ConductorRepository;
  stop(): Promise<void>;
}

export type Backend = (sample: Sample) => Promise<FilledStore>;

/** `[database] connection` names a MySQL database. */
export const mysql: Backend = sample =>
  onMariaDb(sample, db => Store.start({database: {connection: db.url}}));

/** The host bound a MySQL data source that connects when first used. */
export const hostsMysql: Backend = sample =>
  onMariaDb(sample, db =>
    Store.start({
      dataSource: new juggler.DataSource({
        name: 'ironic',
        connector: 'mysql',
        url: db.url.replace('mysql+pymysql:', 'mysql:'),
        lazyConnect: true,
      }),
    }),
  );

/** `[database] connection` names a file. */
export const embedded: Backend = async sample => {
  const dir = await TempDir.create();
  const file = await dir.write(
    'store.json',
    JSON.stringify(embeddedStore(sample)),
  );
  const store = await Store.start({database: {connection: `memory:${file}`}});
  const {nodes, conductors} = store;
  return {
    nodes,
    conductors,
    async stop() {
      await store.stop();
      await dir.remove();
    },
  };
};

/** The host bound a data source of another connector than MySQL's. */
export const hostsMemory: Backend = async sample => {
  const dataSource = new juggler.DataSource({
    name: 'ironic',
    connector: 'memory',
  });
  await fillModels(dataSource, sample);
  return Store.start({dataSource});
};

async function onMariaDb(
  sample: Sample,
  start: (db: MariaDb) => Promise<Store>,
): Promise<FilledStore> {
  const db = await MariaDb.start();
  await fillTables(db, sample);
  const store = await start(db);
  const {nodes, conductors} = store;
  return {
    nodes,
    conductors,
    async stop() {
      await store.stop();
      await db.stop();
    },
  };
}

/** Writes a sample into Ironic's tables. */
export async function fillTables(db: MariaDb, sample: Sample): Promise<void> {
  const ids = new Map<string, number>();
  for (const {updatedAt, ...conductor} of sample.conductors) {
    const id = await insertConductor(db, {
      ...conductor,
      updatedAt: updatedAt ?? new Date(),
    });
    if (!updatedAt) {
      await db.run('UPDATE conductors SET updated_at = NULL WHERE id = ?', [
        id,
      ]);
    }
    ids.set(conductor.hostname, id);
  }
  await insertNodes(
    db,
    sample.nodes.map(({uuid, conductorGroup, affinity, macs}) => ({
      uuid,
      conductorGroup,
      conductorAffinity: affinity ? ids.get(affinity) : undefined,
      macs,
    })),
  );
  for (const node of sample.nodes) {
    await db.run('UPDATE nodes SET ? WHERE uuid = ?', [
      {
        name: node.name,
        driver: node.driver,
        provision_state: node.provisionState,
        boot_interface: node.bootInterface,
      },
      node.uuid,
    ]);
  }
}

async function fillModels(
  dataSource: juggler.DataSource,
  {conductors, nodes}: Sample,
): Promise<void> {
  const rows = new DefaultCrudRepository(ConductorRow, dataSource);
  const interfaces = new DefaultCrudRepository(
    ConductorHardwareInterface,
    dataSource,
  );
  const ids = new Map<string, number>();
  for (const {hardwareTypes, ...conductor} of conductors) {
    const {id} = await rows.create({...conductor});
    ids.set(conductor.hostname, id);
    // Several for each type, as with Ironic.
    for (const hardwareType of [...hardwareTypes, ...hardwareTypes].reverse()) {
      await interfaces.create({conductorId: id, hardwareType});
    }
  }
  const nodeRows = new DefaultCrudRepository(Node, dataSource);
  const ports = new DefaultCrudRepository(Port, dataSource);
  for (const {macs, affinity, ...node} of nodes) {
    const {id} = await nodeRows.create({
      ...node,
      conductorAffinity: affinity ? ids.get(affinity) : null,
    });
    for (const address of macs) await ports.create({address, nodeId: id});
  }
}

function embeddedStore({conductors, nodes}: Sample): EmbeddedStore {
  return {
    conductors: conductors.map(conductor => ({
      hostname: conductor.hostname,
      conductor_group: conductor.conductorGroup,
      online: conductor.online,
      hardware_types: conductor.hardwareTypes,
    })),
    nodes: nodes.map(node => ({
      uuid: node.uuid,
      name: node.name ?? undefined,
      driver: node.driver!,
      conductor_group: node.conductorGroup,
      provision_state: node.provisionState ?? undefined,
      conductor_affinity: node.affinity ?? undefined,
      boot_interface: node.bootInterface ?? undefined,
      ports: node.macs,
    })),
  };
}
