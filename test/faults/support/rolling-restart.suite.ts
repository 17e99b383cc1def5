import {expect} from '@loopback/testlab';
import {Api, Deployment} from '../../acceptance/system/support';
import {freePort} from '../../support/ports';
import {Balancer} from './balancer';
import {expectSoundAnswers} from './contract';
import {Fleet} from './fleet';
import {RogueConductor} from './rogue-conductor';

const SCRIPT = '#!ipxe\necho served\nboot\n';
const MACHINES = 20;

// So that every signal to stop comes upon requests that are under way.
const CONDUCTOR_MS = 50;

export function describeRollingRestart({rounds}: {rounds: number}): void {
  let deployment: Deployment;
  let conductor: RogueConductor;
  let balancer: Balancer;
  let fleet: Fleet;
  let apis: Api[];

  before(async function () {
    this.timeout(30_000);
    deployment = await Deployment.create();
    conductor = await RogueConductor.start(SCRIPT);
    conductor.misbehave(call => {
      setTimeout(() => conductor.answer(call), CONDUCTOR_MS);
    });
    await deployment.register({hostname: conductor.hostname});
    await deployment.addNode({macs: ['52:54:00:00:00:01']});
    const ports = [await freePort(), await freePort()];
    apis = await Promise.all(ports.map(start));
    balancer = await Balancer.start(ports);
    fleet = new Fleet(balancer.port, [
      {target: '/v1/boot/52:54:00:00:00:01/boot.ipxe', script: SCRIPT},
    ]);
  });

  after(async () => {
    await fleet?.stopLoad();
    await balancer?.stop();
    await deployment?.remove();
    await conductor?.stop();
  });

  function start(port: number): Promise<Api> {
    return deployment.startApi({api: {port}});
  }

  it(`costs no machine its script (${rounds * 2} restarts)`, async function () {
    this.timeout(10_000 + rounds * 20_000);
    fleet.startLoad(MACHINES);
    for (let round = 0; round < rounds; round++) {
      for (const [index, api] of apis.entries()) {
        await fleet.untilServed(2 * MACHINES);
        api.process.kill('SIGTERM');
        expect(await api.process.exited).to.eql({code: 0, signal: null});
        expect(api.requestLog).to.not.be.empty();
        apis[index] = await start(api.port);
      }
    }
    await fleet.untilServed(2 * MACHINES);
    await fleet.stopLoad();
    const book = fleet.takeBook();
    expectSoundAnswers(book);
    expect(book.refused).to.equal(0);
  });

  it('leaves the load to both', () => {
    for (const api of apis) expect(api.requestLog).to.not.be.empty();
  });
}
