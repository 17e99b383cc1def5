import {expect} from '@loopback/testlab';
import {eventually} from '../../support/eventually';
import {expectSoundAnswers} from './contract';
import {Crowd, FAREWELLS} from './crowd';
import {footprintOf} from './footprint';
import {Stand} from './stand';

export interface SlowClients {
  /** Clients that never come to the end of a request. */
  crowd: number;
  /** Machines that boot meanwhile, all at once. */
  machines: number;
  /** Waits until the server has closed all their connections. */
  untilCut?: boolean;
}

// A request has to be there whole after 10 s; checked once a second.
const CUT_MS = 15_000;

export function describeSlowClients(options: SlowClients): void {
  const {crowd: clients, machines, untilCut} = options;
  let stand: Stand;
  let crowd: Crowd;

  before(async function () {
    this.timeout(60_000);
    stand = await Stand.create();
    await stand.startApi();
    await stand.settle();
    stand.fleet.takeBook();
    crowd = await Crowd.gather(stand.api.port, clients);
  });
  after(async () => {
    crowd?.leave();
    await stand?.remove();
  });

  it(`holds ${clients} of their connections`, async () => {
    const {pid} = stand.api.process;
    await eventually(
      'all are accepted',
      async () => (await footprintOf(pid)).sockets > clients,
    );
    expect(crowd.size).to.equal(clients);
  });

  it(`serves ${machines} machines meanwhile`, async () => {
    expect(await stand.fleet.burst(machines)).to.equal(machines);
    expectSoundAnswers(stand.fleet.takeBook());
    expect(crowd.size).to.equal(clients);
  });

  if (untilCut) {
    it('closes their connections, and tells them nothing', async function () {
      this.timeout(60_000);
      await eventually('all are closed', () => crowd.size === 0, {
        timeoutMs: CUT_MS,
      });
      for (const said of crowd.farewells.keys()) {
        expect(FAREWELLS).to.containEql(said);
      }
    });
  } else {
    it('forgets them when they leave', () => crowd.leave());
  }

  it('is as before when they are gone', () => stand.expectRecovery());
}
