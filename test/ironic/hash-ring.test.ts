import {Application} from '@loopback/core';
import {expect} from '@loopback/testlab';
import {
  BootConfigBindings,
  BootConfigComponent,
  HashRingManager,
  Node,
} from '../../src';
import {SEED} from '../faults/support/random';
import {insertConductor, uuidOf} from '../support/ironic-data';
import {MariaDb} from '../support/mariadb';
import {TempDir} from '../support/temp-dir';
import {startPython} from './support/python';

const UUIDS = 1000;
/** Conductors of each conductor group. */
const GROUPS = {'': 1, 'rack-1': 2, 'rack-2': 3, 'Rack 3': 7, 'räck-4': 50};
const DRIVERS = ['ipmi', 'redfish'];
/** `hash_ring_algorithm` and `hash_partition_exponent`. */
const SETTINGS = ['md5', 'sha256'].flatMap(algorithm =>
  [5, 8].map(exponent => [algorithm, exponent] as const),
);

/** UUID, driver and conductor group. */
type NodeKey = [string, string, string];

describe("The conductor of a node is that of Ironic's own hash ring", function () {
  this.timeout(120_000);

  let db: MariaDb;
  let application: Application | undefined;
  let nodes: NodeKey[];
  /** For each of `SETTINGS` the owners of all nodes. */
  let ironics: string[][];

  before(async () => {
    db = await MariaDb.start();
    await insertConductors();
    nodes = Array.from({length: UUIDS}, (_, i) => uuidOf(`${SEED} ${i}`))
      .flatMap(uuid => DRIVERS.map(driver => [uuid, driver] as const))
      .flatMap(([uuid, driver]) =>
        Object.keys(GROUPS).map((group): NodeKey => [uuid, driver, group]),
      );
    ironics = await askIronic();
  });

  afterEach(async () => {
    await application?.stop();
    application = undefined;
  });

  after(() => db?.stop());

  SETTINGS.forEach(([algorithm, exponent], index) =>
    it(`with ${algorithm} and 2^${exponent} partitions (seed ${SEED})`, async () => {
      const rings = await ringsOf(algorithm, exponent);
      const owners = await Promise.all(
        nodes.map(async ([uuid, driver, conductorGroup]) => {
          const node = new Node({uuid, driver, conductorGroup});
          return (await rings.routeOf(node)).owner;
        }),
      );
      const differing = nodes
        .map((node, i) => [...node, owners[i], ironics[index][i]])
        .filter(([, , , own, theirs]) => own !== theirs);
      expect(differing).to.eql([]);
      expect(owners).to.have.length(nodes.length);
    }),
  );

  it('is every one of them for some node', () => {
    const conductors = Object.values(GROUPS).reduce((sum, n) => sum + n);
    for (const owners of ironics) {
      expect(new Set(owners).size).to.equal(conductors);
    }
  });

  async function insertConductors(): Promise<void> {
    for (const [conductorGroup, count] of Object.entries(GROUPS)) {
      for (let i = 0; i < count; i++) {
        await insertConductor(db, {
          hostname: `${conductorGroup || 'none'}-${i}.example.org`,
          conductorGroup,
          // The rings of the two differ.
          hardwareTypes: i % 3 === 1 ? ['redfish'] : DRIVERS,
        });
      }
      await insertConductor(db, {
        hostname: `offline-${conductorGroup}`,
        conductorGroup,
        hardwareTypes: DRIVERS,
        online: false,
      });
      await insertConductor(db, {
        hostname: `dead-${conductorGroup}`,
        conductorGroup,
        hardwareTypes: DRIVERS,
        updatedAt: new Date(Date.now() - 3_600_000),
      });
    }
    // Nobody sends heartbeats while the test runs.
    await db.run(
      'UPDATE conductors SET updated_at = updated_at + INTERVAL 1 HOUR' +
        " WHERE hostname NOT LIKE 'dead-%'",
    );
  }

  async function askIronic(): Promise<string[][]> {
    const dir = await TempDir.create();
    const python = await startPython('hash_ring.py', [
      `${db.url}?charset=utf8`,
      JSON.stringify(SETTINGS),
      await dir.write('nodes.json', JSON.stringify(nodes)),
    ]);
    const {code} = await python.exited;
    await dir.remove();
    if (code !== 0) throw new Error(python.lines.join('\n'));
    return python.stdout.map(line => JSON.parse(line) as string[]);
  }

  async function ringsOf(
    algorithm: string,
    exponent: number,
  ): Promise<HashRingManager> {
    application = new Application();
    application.configure(BootConfigBindings.COMPONENT).to({
      DEFAULT: {
        rpc_transport: 'none',
        hash_partition_exponent: exponent,
        hash_ring_algorithm: algorithm,
      },
      database: {connection: db.url},
    });
    application.component(BootConfigComponent);
    await application.init();
    return application.get(BootConfigBindings.HASH_RING_MANAGER);
  }
});
