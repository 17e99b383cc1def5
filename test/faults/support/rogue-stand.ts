import {expect} from '@loopback/testlab';
import {Api, Deployment, Sections} from '../../acceptance/system/support';
import {
  expectBackInTime,
  expectSoundAnswers,
  REQUEST_TIMEOUT,
} from './contract';
import {Fleet} from './fleet';
import {
  Footprint,
  footprintOf,
  poolsOf,
  untilFootprintIsBack,
} from './footprint';
import {RequestLog} from './request-log';
import {RogueConductor} from './rogue-conductor';

const MAC = '52:54:00:00:00:00';
const SCRIPT = '#!ipxe\necho served\nboot\n';

// Machines that boot at once.
const MACHINES = 8;

/** An API and a conductor that does as it is told. */
export class RogueStand {
  readonly fleet: Fleet;
  log!: RequestLog;

  private constructor(
    readonly deployment: Deployment,
    public rogue: RogueConductor,
    readonly api: Api,
    private readonly idle: Footprint,
  ) {
    this.fleet = new Fleet(api.port, [
      {target: `/v1/boot/${MAC}/boot.ipxe`, script: SCRIPT},
    ]);
  }

  /** @param own - `[boot_config]` of the API */
  static async create(own: Sections[string] = {}): Promise<RogueStand> {
    const deployment = await Deployment.create();
    const rogue = await RogueConductor.start(SCRIPT);
    await deployment.register({
      hostname: rogue.hostname,
      hardwareTypes: ['rogue'],
    });
    await deployment.addNode({macs: [MAC], driver: 'rogue'});
    const api = await deployment.startApi({
      boot_config: {request_timeout: REQUEST_TIMEOUT, ...own},
    });
    const idle = await footprintOf(api.process.pid);
    return new RogueStand(deployment, rogue, api, idle);
  }

  /** Before a test. The requests of other fleets have to be told. */
  async begin(answeredToOthers = 0): Promise<void> {
    const {fleet, idle} = this;
    expect(await fleet.burst(MACHINES)).to.equal(MACHINES);
    fleet.takeBook();
    this.log = new RequestLog(this.api, fleet.answered + answeredToOthers);
    const {resident} = await footprintOf(this.api.process.pid);
    idle.resident = Math.max(idle.resident, resident);
  }

  /** Machines ask, and are refused for this reason. */
  async expectRefused(reason: string): Promise<void> {
    expect(await this.fleet.burst(MACHINES)).to.equal(0);
    for (const line of await this.log.next(MACHINES)) {
      expect(line).to.have.property('reason', reason);
    }
  }

  /** Asks so many times, by some machines at once. */
  async askAgainAndAgain(times: number): Promise<void> {
    for (let asked = 0; asked < times; asked += MACHINES) {
      await this.fleet.burst(MACHINES);
    }
  }

  /** The conductor behaves: everything is as before. */
  async expectRecovery(conductors = 1): Promise<void> {
    this.rogue.behave();
    expectBackInTime(await this.fleet.timeUntilBack());
    expectSoundAnswers(this.fleet.takeBook());
    const {pid} = this.api.process;
    await untilFootprintIsBack(pid, this.idle, poolsOf(conductors));
  }

  /** Ends the conductor and starts it anew, at the same port. */
  async restartRogue(meanwhile: () => Promise<void>): Promise<void> {
    const {port} = this.rogue;
    await this.rogue.stop();
    await meanwhile();
    this.rogue = await RogueConductor.start(SCRIPT, port);
  }

  async remove(): Promise<void> {
    await this.deployment.remove();
    await this.rogue.stop();
  }
}
