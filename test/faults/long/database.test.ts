import {Stand} from '../support';

const MACHINES = 20;

describe('serve, as its database for long', function () {
  this.timeout(120_000);

  let stand: Stand;

  before(async () => {
    stand = await Stand.create();
    await stand.startApi();
    await stand.settle();
  });
  beforeEach(() => stand.startLoad(MACHINES));
  afterEach(() => stand.tidyUp());
  after(() => stand?.remove());

  it('waits for a lock', async () => {
    await stand.db.run('LOCK TABLES nodes WRITE');
    await stand.fleet.untilRefused(2 * MACHINES);
    await stand.db.run('UNLOCK TABLES');
    await stand.expectRecovery();
  });

  it('is too slow', async () => {
    stand.network.delay(2000);
    await stand.fleet.untilRefused(2 * MACHINES);
    stand.network.heal();
    await stand.expectRecovery();
  });

  it('trickles its answers', async () => {
    stand.network.trickle(250);
    await stand.fleet.untilRefused(2 * MACHINES);
    stand.network.heal();
    await stand.expectRecovery();
  });

  it('stalls in the middle of its answers', async () => {
    stand.network.stall();
    await stand.fleet.untilRefused(2 * MACHINES);
    stand.network.heal();
    await stand.expectRecovery();
  });

  it('is behind a network that loses everything', async () => {
    stand.network.lose();
    await stand.fleet.untilRefused(2 * MACHINES);
    stand.network.heal();
    await stand.expectRecovery();
  });

  it('hangs, with ten times the load', async () => {
    stand.fleet.startLoad(9 * MACHINES);
    stand.db.suspend();
    await stand.fleet.untilRefused(20 * MACHINES);
    stand.db.resume();
    await stand.expectRecovery();
  });

  it('is killed and restarted again and again', async () => {
    for (let time = 0; time < 10; time++) {
      await stand.db.kill();
      await stand.fleet.untilRefused(MACHINES);
      await stand.db.restart();
      await stand.fleet.untilServed(MACHINES);
    }
    await stand.expectRecovery();
  });

  it('loses its connections again and again', async () => {
    for (let time = 0; time < 50; time++) {
      stand.network.reset();
      await stand.fleet.untilServed(MACHINES);
    }
    await stand.expectRecovery();
  });
});
