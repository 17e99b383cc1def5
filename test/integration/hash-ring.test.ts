import fs from 'node:fs';
import path from 'node:path';
import {Application} from '@loopback/core';
import {expect} from '@loopback/testlab';
import {
  BootConfigBindings,
  BootConfigComponent,
  BootConfigError,
  HashRingManager,
  NodeRepository,
} from '../../src';
import {insertConductor, insertNodes} from '../support/ironic-data';
import {MariaDb} from '../support/mariadb';
import {projectRoot} from '../support/project';

interface Vector {
  hosts: string[];
  partitionExponent: number;
  algorithm: string;
  /** For each UUID the index of its owner in `DIGITS`. */
  owners: string;
}

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Owners as tooz names them, on whose ring Ironic's is built. */
const {uuids, tooz} = JSON.parse(
  fs.readFileSync(
    path.join(projectRoot, 'test/unit/services/hash-ring.vectors.json'),
    'utf8',
  ),
) as {uuids: string[]; tooz: Vector[]};

const DRIVER = 'redfish';
const GROUP = 'rack-1';
const HEARTBEAT_TIMEOUT = 60;

function macOf(index: number): string {
  const digits = index.toString(16).padStart(4, '0');
  return `52:54:00:00:${digits.slice(0, 2)}:${digits.slice(2)}`;
}

describe("The conductor that serves a node of Ironic's database", () => {
  let db: MariaDb;
  let application: Application | undefined;

  before(async () => {
    db = await MariaDb.start();
    await insertNodes(
      db,
      uuids.map((uuid, index) => ({
        uuid,
        driver: DRIVER,
        conductorGroup: GROUP,
        macs: [macOf(index)],
      })),
    );
  });
  after(async () => db?.stop());

  afterEach(async () => {
    await application?.stop();
    application = undefined;
    await db.run('DELETE FROM conductor_hardware_interfaces');
    await db.run('DELETE FROM conductors');
  });

  async function start(
    vector: Vector,
  ): Promise<{nodes: NodeRepository; rings: HashRingManager}> {
    application = new Application();
    application.configure(BootConfigBindings.COMPONENT).to({
      DEFAULT: {
        rpc_transport: 'none',
        hash_partition_exponent: vector.partitionExponent,
        hash_ring_algorithm: vector.algorithm,
      },
      conductor: {heartbeat_timeout: HEARTBEAT_TIMEOUT},
      database: {connection: db.url},
    });
    application.component(BootConfigComponent);
    await application.init();
    return {
      nodes: await application.get(BootConfigBindings.NODE_REPOSITORY),
      rings: await application.get(BootConfigBindings.HASH_RING_MANAGER),
    };
  }

  /** A conductor that can serve the nodes, but for `deviation`. */
  async function givenConductor(
    hostname: string,
    deviation: {
      conductorGroup?: string;
      online?: boolean;
      updatedAt?: Date;
      hardwareTypes?: string[];
    } = {},
  ) {
    await insertConductor(db, {
      hostname,
      conductorGroup: GROUP,
      hardwareTypes: ['ipmi', DRIVER],
      ...deviation,
    });
  }

  for (const vector of tooz.filter(v => v.partitionExponent === 5)) {
    const {hosts, partitionExponent, algorithm} = vector;
    it(`is the one that Ironic names: of ${hosts.length} conductors with 2^${partitionExponent} partitions, ${algorithm}`, async () => {
      for (const host of [...hosts].reverse()) await givenConductor(host);
      // None of these takes part in the ring.
      await givenConductor('other-group', {conductorGroup: ''});
      await givenConductor('other-driver', {hardwareTypes: ['ipmi']});
      await givenConductor('offline', {online: false});
      await givenConductor('dead', {
        updatedAt: new Date(Date.now() - 1000 * (HEARTBEAT_TIMEOUT + 5)),
      });

      const {nodes, rings} = await start(vector);
      const owners: string[] = [];
      for (const index of uuids.keys()) {
        const {signal} = new AbortController();
        const node = await nodes.findByMac(macOf(index), signal);
        owners.push((await rings.routeOf(node!)).owner);
      }
      expect(owners).to.eql(
        [...vector.owners].map(digit => hosts[DIGITS.indexOf(digit)]),
      );
    });
  }

  it('is nobody while none is there, and then the one that came', async () => {
    const {nodes, rings} = await start(tooz[0]);
    const {signal} = new AbortController();
    const node = (await nodes.findByMac(macOf(0), signal))!;
    await expect(rings.routeOf(node)).to.be.rejectedWith(BootConfigError, {
      reason: 'no_conductor',
    });
    await givenConductor('conductor-a');
    expect(await rings.routeOf(node)).to.have.property('owner', 'conductor-a');
  });
});
