import {setMaxListeners} from 'node:events';
import {expect} from '@loopback/testlab';
import {juggler} from '@loopback/repository';
import {BootConfigError, Node} from '../../../src';
import {eventually} from '../../support/eventually';
import {MariaDb} from '../../support/mariadb';
import {fillTables} from './backends';
import {ResettingProxy} from './resetting-proxy';
import {commonSample, twoPortNode} from './sample';
import {Store} from './store';

const POOL_SIZE = 2;

describe("When Ironic's MySQL database fails", () => {
  let db: MariaDb;
  let store: Store;

  beforeEach(async () => {
    db = await MariaDb.start();
    await fillTables(db, commonSample);
  });
  afterEach(async () => {
    db.resume();
    await store.stop();
    await db.stop();
  });

  async function startStore(connection = db.url, seconds?: number) {
    store = await Store.start({
      database: {connection, max_pool_size: POOL_SIZE},
      boot_config: {request_timeout: seconds},
    });
  }

  /** So many lookups at a time, until `controller` ends them. */
  function lookups(
    count: number,
    controller = new AbortController(),
  ): Promise<Node | undefined>[] {
    // Two listeners each, which is no leak.
    setMaxListeners(2 * count, controller.signal);
    const pending = Array.from({length: count}, () =>
      store.nodes.findByMac(twoPortNode.macs[0], controller.signal),
    );
    // A test may have other things to do before it looks at their failures.
    for (const one of pending) one.catch(() => {});
    return pending;
  }

  async function expectServed(pending: Promise<Node | undefined>[]) {
    for (const node of await Promise.all(pending)) {
      expect(node).to.have.property('uuid', twoPortNode.uuid);
    }
  }

  async function expectUnavailable(
    pending: Promise<unknown>[],
    message: RegExp = /./,
  ) {
    for (const result of await Promise.allSettled(pending)) {
      const reason: unknown = (result as PromiseRejectedResult).reason;
      expect(reason).to.be.instanceof(BootConfigError);
      expect(reason).to.have.property('reason', 'database_unavailable');
      expect(reason).to.have.property('message').match(message);
    }
  }

  const TOO_LATE = /^Ironic's database: the database did not answer in time$/;

  /** Connections of the component that the server has. */
  async function connections(): Promise<number> {
    const [{Value: value}] = await db.query<{Value: string}>(
      "SHOW STATUS LIKE 'Threads_connected'",
    );
    // One is the test's own.
    return Number(value) - 1;
  }

  /** Ids of the connections whose lookups wait for `lockNodes` to end. */
  async function waiting(): Promise<number[]> {
    const rows = await db.query<{id: number}>(
      'SELECT id FROM information_schema.processlist' +
        " WHERE state LIKE 'Waiting for table%lock'",
    );
    return rows.map(({id}) => id);
  }

  async function untilWaiting(count: number) {
    await eventually(
      `${count} lookups wait in the server`,
      async () => (await waiting()).length === count,
    );
  }

  const lockNodes = () => db.run('LOCK TABLES nodes WRITE');
  const unlockNodes = () => db.run('UNLOCK TABLES');

  describe('as its server hangs', () => {
    beforeEach(async () => {
      await startStore();
      await expectServed(lookups(POOL_SIZE));
    });

    it('a lookup ends at its signal, with a connection or without', async () => {
      db.suspend();
      // The second time they have to connect anew first.
      for (let time = 0; time < 2; time++) {
        const controller = new AbortController();
        const pending = lookups(5 * POOL_SIZE, controller);
        controller.abort();
        await expectUnavailable(pending, TOO_LATE);
      }
    });

    it('lookups are served again as soon as it goes on', async () => {
      db.suspend();
      const controller = new AbortController();
      const pending = lookups(5 * POOL_SIZE, controller);
      controller.abort();
      await expectUnavailable(pending);
      db.resume();
      await expectServed(lookups(5 * POOL_SIZE));
      await eventually(
        'no more connections than the pool may have',
        async () => (await connections()) <= POOL_SIZE,
      );
    });

    it('the application stops all the same', async () => {
      db.suspend();
      const controller = new AbortController();
      const pending = lookups(5 * POOL_SIZE, controller);
      await store.stop();
      controller.abort();
      await expectUnavailable(pending);
    });
  });

  describe('as its queries wait', () => {
    beforeEach(async () => {
      await startStore();
      await lockNodes();
    });

    it('those without a connection end at their signal', async () => {
      const first = lookups(POOL_SIZE);
      await untilWaiting(POOL_SIZE);
      const controller = new AbortController();
      const others = lookups(10, controller);
      controller.abort();
      await expectUnavailable(others, TOO_LATE);

      await unlockNodes();
      await expectServed(first);
      await expectServed(lookups(10));
      expect(await connections()).to.equal(POOL_SIZE);
    });

    it('those that were given up take no place in the pool', async () => {
      const controller = new AbortController();
      const given = lookups(POOL_SIZE, controller);
      await untilWaiting(POOL_SIZE);
      const lost = await waiting();
      controller.abort();
      await expectUnavailable(given, TOO_LATE);

      const others = lookups(POOL_SIZE);
      await eventually('as many others wait in the server', async () => {
        const ids = await waiting();
        return ids.filter(id => !lost.includes(id)).length === POOL_SIZE;
      });
      await unlockNodes();
      await expectServed(others);
      await eventually(
        'no more connections than the pool may have',
        async () => (await connections()) === POOL_SIZE,
      );
    });
  });

  it('the server gives up a query that nobody waits for', async () => {
    await startStore(db.url, 1);
    await lockNodes();
    const controller = new AbortController();
    const given = lookups(POOL_SIZE, controller);
    await untilWaiting(POOL_SIZE);
    controller.abort();
    await expectUnavailable(given, TOO_LATE);
    // Still locked.
    await untilWaiting(0);
    await eventually(
      'the connections are gone',
      async () => (await connections()) === 0,
    );
    await unlockNodes();
    await expectServed(lookups(POOL_SIZE));
  });

  describe('as its server goes away', () => {
    it('lookups fail until it is back, and from the first on succeed', async () => {
      await startStore();
      await expectServed(lookups(POOL_SIZE));
      await db.kill();
      await expectUnavailable(lookups(5 * POOL_SIZE), /ECONNREFUSED/);
      await db.restart();
      await expectServed(lookups(1));
      await expectServed(lookups(5 * POOL_SIZE));
    });

    it('the first lookup after a restart is served', async () => {
      await startStore();
      await expectServed(lookups(POOL_SIZE));
      await db.kill();
      await db.restart();
      await expectServed(lookups(1));
    });

    it('the lookups under way fail', async () => {
      await startStore();
      await lockNodes();
      const pending = lookups(5 * POOL_SIZE);
      await untilWaiting(POOL_SIZE);
      await db.kill();
      await expectUnavailable(pending);
      await db.restart();
      await expectServed(lookups(5 * POOL_SIZE));
    });

    it('a lookup whose kept connection is lost takes another', async () => {
      await startStore();
      await expectServed(lookups(1));
      await lockNodes();
      const pending = lookups(1);
      await untilWaiting(1);
      const [lost] = await waiting();
      await db.run('KILL CONNECTION ?', [lost]);
      await eventually('it waits again, over another connection', async () => {
        const [id] = await waiting();
        return id !== undefined && id !== lost;
      });
      await unlockNodes();
      await expectServed(pending);
    });

    it('a lookup is served although all kept connections are dead', async () => {
      const proxy = await ResettingProxy.start(db.port);
      try {
        await startStore(db.url.replace(`:${db.port}/`, `:${proxy.port}/`));
        await lockNodes();
        const warmUp = lookups(POOL_SIZE);
        await untilWaiting(POOL_SIZE);
        await unlockNodes();
        await expectServed(warmUp);

        expect(proxy.forget()).to.equal(POOL_SIZE);
        await expectServed(lookups(1));
      } finally {
        await proxy.stop();
      }
    });
  });

  describe('as it is down when the application starts', () => {
    beforeEach(() => db.kill());

    it('lookups fail, and succeed once it is up', async () => {
      await startStore();
      await expectUnavailable(lookups(3), /ECONNREFUSED/);
      await db.restart();
      await expectServed(lookups(3));
    });

    it('its connections are closed at the end nevertheless', async () => {
      await startStore();
      await db.restart();
      await expectServed(lookups(POOL_SIZE));
      expect(await connections()).to.be.above(0);
      await store.stop();
      await eventually(
        'no connection is left',
        async () => (await connections()) === 0,
      );
    });

    it("the same holds for a host's data source that connects lazily", async () => {
      const dataSource = new juggler.DataSource({
        name: 'ironic',
        connector: 'mysql',
        url: db.url.replace('mysql+pymysql:', 'mysql:'),
        lazyConnect: true,
      });
      try {
        store = await Store.start({dataSource});
        await expectUnavailable(lookups(3), /ECONNREFUSED/);
        await db.restart();
        await expectServed(lookups(3));
      } finally {
        await dataSource.connector!.disconnect();
      }
    });
  });
});
