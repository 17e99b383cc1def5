import {expect} from '@loopback/testlab';
import {Conductor} from '../../../src';
import {MariaDb} from '../../support/mariadb';
import {fillTables} from './backends';
import {conductorA, HEARTBEAT, tableSample, twoPortNode} from './sample';
import {Store} from './store';

const openEnd = () => new AbortController().signal;

describe("Ironic's MySQL database", () => {
  let db: MariaDb;
  let store: Store;

  beforeEach(async () => {
    db = await MariaDb.start();
    await fillTables(db, tableSample);
    store = await Store.start({database: {connection: db.url}});
  });
  afterEach(async () => {
    await store?.stop();
    await db?.stop();
  });

  it('may get further columns while it is in use, as by an upgrade', async () => {
    const ask = async () => {
      const node = (await store.nodes.findByMac(
        twoPortNode.macs[0],
        openEnd(),
      ))!;
      return [
        node,
        await store.nodes.findByIdent(node.uuid, openEnd()),
        await store.nodes.findPorts(node, openEnd()),
        await store.conductors.findAll(openEnd()),
      ];
    };
    const before = await ask();
    for (const alteration of [
      'nodes ADD instance_name VARCHAR(255) FIRST, ADD health VARCHAR(32)',
      "ports ADD category VARCHAR(80) NOT NULL DEFAULT '' AFTER id",
      'conductors ADD address VARCHAR(255) FIRST',
      'conductor_hardware_interfaces ADD id2 INT FIRST',
    ]) {
      await db.run(`ALTER TABLE ${alteration}`);
    }
    expect(await ask()).to.eql(before);
  });

  it('may hold a port without a node', async () => {
    await db.run("INSERT INTO ports SET address = '52:54:00:00:00:99'");
    const found = await store.nodes.findByMac('52:54:00:00:00:99', openEnd());
    expect(found).to.be.undefined();
  });

  it('tells how many nodes have which interfaces', async () => {
    await db.run(
      "UPDATE nodes SET deploy_interface = 'direct', storage_interface = 'noop'" +
        ' ORDER BY id LIMIT 1',
    );
    const counts = await store.nodes.countInterfaces!(openEnd());
    expect(counts.sort((a, b) => a.nodes - b.nodes)).to.eql([
      {deployInterface: 'direct', storageInterface: 'noop', nodes: 1},
      {
        deployInterface: null,
        storageInterface: null,
        nodes: tableSample.nodes.length - 1,
      },
    ]);
  });

  it('may be in utf8mb4, as newer releases create it', async () => {
    for (const table of ['nodes', 'ports']) {
      await db.run(
        `ALTER TABLE ${table} CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
      );
    }
    await db.run('UPDATE nodes SET name = ? WHERE uuid = ?', [
      'node 🥾',
      twoPortNode.uuid,
    ]);
    expect(
      await store.nodes.findByMac(twoPortNode.macs[0], openEnd()),
    ).to.have.property('name', 'node 🥾');
  });
});

describe("Heartbeats in Ironic's MySQL database", () => {
  const ownZone = process.env.TZ;
  let db: MariaDb;

  before(async () => {
    db = await MariaDb.start();
    await fillTables(db, tableSample);
  });
  after(async () => db?.stop());
  afterEach(() => {
    if (ownZone === undefined) delete process.env.TZ;
    else process.env.TZ = ownZone;
  });

  async function readFirst(): Promise<Conductor> {
    const store = await Store.start({database: {connection: db.url}});
    try {
      const [first] = await store.conductors.findAll(openEnd());
      expect(first.hostname).to.equal(conductorA.hostname);
      return first;
    } finally {
      await store.stop();
    }
  }

  for (const [processZone, minutesBehindUtc] of [
    ['UTC', 0],
    ['Asia/Kathmandu', -345],
    ['America/St_Johns', 150],
  ] as const) {
    for (const serverZone of ['+00:00', '-09:30', '+12:45']) {
      it(`are read right by a process in ${processZone} from a server in ${serverZone}`, async () => {
        process.env.TZ = processZone;
        expect(HEARTBEAT.getTimezoneOffset()).to.equal(minutesBehindUtc);
        await db.run('SET GLOBAL time_zone = ?', [serverZone]);
        expect((await readFirst()).heartbeatAt).to.eql(HEARTBEAT);
      });
    }
  }

  it('are read right at an hour that local time leaves out', async () => {
    process.env.TZ = 'Europe/Berlin';
    await db.run("UPDATE conductors SET updated_at = '2026-03-29 02:30:00'");
    expect((await readFirst()).heartbeatAt).to.eql(
      new Date('2026-03-29T02:30:00Z'),
    );
  });
});
