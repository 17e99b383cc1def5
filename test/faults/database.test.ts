import {expect} from '@loopback/testlab';
import mysql from 'mysql2/promise';
import {eventually} from '../support/eventually';
import {Stand} from './support';

// More than the pool of connections to the database has room for.
const MACHINES = 10;

describe('serve, as its database', function () {
  this.timeout(60_000);

  let stand: Stand;

  before(async () => {
    stand = await Stand.create();
  });
  after(() => stand?.remove());

  describe('is down at its start', () => {
    before(() => stand.db.kill());

    it('answers at once, and serves when the database is up', async () => {
      await stand.startApi();
      stand.fleet.startLoad(MACHINES);
      await stand.fleet.untilRefused(MACHINES);
      await stand.db.restart();
      await stand.expectRecovery();
    });
  });

  describe('under load', () => {
    before(() => stand.settle());
    beforeEach(() => stand.startLoad(MACHINES));
    afterEach(() => stand.tidyUp());

    it('is killed and restarted', async () => {
      await stand.db.kill();
      await stand.fleet.untilRefused(MACHINES);
      await stand.log.untilRefusedFor('database_unavailable');
      await stand.db.restart();
      await stand.expectRecovery();
    });

    it('hangs and goes on', async () => {
      stand.db.suspend();
      await stand.fleet.untilRefused(MACHINES);
      await stand.log.untilRefusedFor('database_unavailable');
      stand.db.resume();
      await stand.expectRecovery();
    });

    it('has no connection left', async () => {
      await stand.db.run('SET GLOBAL max_connections = 10');
      const taken: mysql.Connection[] = [];
      try {
        await takeAllConnections(taken);
        // The API may be quicker to get one again, and needs no more.
        await eventually('the API has no connection', async () => {
          stand.network.reset();
          await takeAllConnections(taken);
          return !(await stand.fleet.ask());
        });
        await stand.fleet.untilRefused(MACHINES);
        await stand.log.untilRefusedFor('database_unavailable');
      } finally {
        for (const connection of taken) connection.destroy();
        await stand.db.run('SET GLOBAL max_connections = DEFAULT');
      }
      await stand.expectRecovery();
    });

    it('is slow: machines wait and are served', async () => {
      stand.network.delay(100);
      await stand.fleet.untilServed(3 * MACHINES);
      stand.network.heal();
      await stand.expectRecovery({refused: 0});
    });

    it('is cut off in the middle of its answers', async () => {
      stand.network.cutAfter(40);
      await stand.fleet.untilRefused(MACHINES);
      await stand.log.untilRefusedFor('database_unavailable');
      stand.network.heal();
      await stand.expectRecovery();
    });

    it('loses its connections: no machine notices', async () => {
      // So that most of them are in use at any moment.
      stand.network.delay(50);
      await stand.fleet.untilServed(MACHINES);
      stand.network.reset();
      stand.network.heal();
      await stand.fleet.untilServed(3 * MACHINES);
      await stand.expectRecovery({refused: 0});
    });
  });

  describe('has nothing to do', () => {
    it('connections are probed, so that no dead one is kept', async () => {
      await stand.fleet.ask();
      const kept = await stand.connectionsToDatabase();
      expect(kept).to.not.be.empty();
      for (const {nextProbe} of kept) {
        expect(nextProbe).to.be.belowOrEqual(10_000);
      }
    });

    it('stops in time even if the database hangs', async () => {
      await stand.fleet.burst(MACHINES);
      stand.db.suspend();
      stand.api.process.kill('SIGTERM');
      const {code} = await stand.api.process.exited;
      expect(code).to.equal(0);
    });
  });

  /** One more than the limit, which administrators may have. */
  async function takeAllConnections(taken: mysql.Connection[]): Promise<void> {
    for (;;) {
      try {
        taken.push(
          await mysql.createConnection({
            host: '127.0.0.1',
            port: stand.db.port,
            user: 'root',
          }),
        );
      } catch (error) {
        expect(error).to.have.property('code', 'ER_CON_COUNT_ERROR');
        return;
      }
    }
  }
});
