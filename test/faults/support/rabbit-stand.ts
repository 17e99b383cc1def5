import {expect} from '@loopback/testlab';
import {
  Api,
  Conductor,
  Deployment,
  Sections,
} from '../../acceptance/system/support';
import {RabbitMq} from '../../support/rabbitmq';
import {TcpProxy} from '../../support/tcp-proxy';
import {TestProcess} from '../../support/process';
import {
  expectBackInTime,
  expectSoundAnswers,
  REQUEST_TIMEOUT,
} from './contract';
import {Fleet, Machine} from './fleet';
import {
  DATABASE_POOL,
  Footprint,
  footprintOf,
  untilFootprintIsBack,
} from './footprint';
import {RequestLog} from './request-log';

const HOST = 'conductor-a';
const GROUP = 'rabbit';
const MAC = '52:54:00:00:00:01';

// Each side has one connection to RabbitMQ.
const POOLS = DATABASE_POOL + 1;

// At once, to see what memory it takes.
const CROWD = 40;

/** The queue on which a conductor listens. */
export function queueOf(host: string): string {
  return `ironic.conductor_manager.${host}`;
}

/**
 * An API and a conductor, each with a network with faults between itself and
 * RabbitMQ.
 */
export class RabbitStand {
  api!: Api;
  conductor!: Conductor;
  fleet!: Fleet;
  /** Since the load began. */
  log!: RequestLog;

  readonly queue = queueOf(HOST);

  private readonly idle = new Map<TestProcess, Footprint>();
  private node = '';

  private constructor(
    readonly deployment: Deployment,
    readonly broker: RabbitMq,
    /** What the API alone has between itself and the broker. */
    readonly apiNetwork: TcpProxy,
    readonly conductorNetwork: TcpProxy,
    private readonly script: string,
  ) {}

  /**
   * All but the API and the conductor.
   *
   * @param scriptSize - in bytes, without its first line
   */
  static async create({scriptSize = 20} = {}): Promise<RabbitStand> {
    const [deployment, broker] = await Promise.all([
      Deployment.create(),
      RabbitMq.start(),
    ]);
    const {port} = broker;
    const stand = new RabbitStand(
      deployment,
      broker,
      await TcpProxy.start({port}),
      await TcpProxy.start({port}),
      `#!ipxe\n${'#'.repeat(scriptSize)}\n`,
    );
    await deployment.register({hostname: HOST, conductorGroup: GROUP});
    stand.node = await deployment.addNode({
      macs: [MAC],
      conductorGroup: GROUP,
    });
    return stand;
  }

  /** Where requests for the script of the one node go. */
  get machine(): Machine {
    return {target: `/v1/boot/${MAC}/boot.ipxe`, script: this.script};
  }

  /** @param until - what it logs by then; default: that it listens */
  async startConductor(until?: RegExp): Promise<void> {
    this.conductor = await this.deployment.startConductor(
      HOST,
      this.sections(this.conductorNetwork),
      {until},
    );
    await this.conductor.write(this.node, this.script);
    await this.remember(this.conductor.process);
  }

  async startApi(sections: Sections = {}): Promise<void> {
    this.api = await this.deployment.startApi(
      this.sections(this.apiNetwork, sections),
    );
    await this.remember(this.api.process);
    this.fleet = new Fleet(this.api.port, [this.machine]);
  }

  /** Serves a while, so that the memory is as it is at work. */
  async settle(): Promise<void> {
    await this.fleet.timeUntilBack();
    expect(await this.fleet.burst(CROWD)).to.equal(CROWD);
    for (const process of this.idle.keys()) {
      const {resident} = await footprintOf(process.pid);
      this.idle.get(process)!.resident = resident;
    }
  }

  /** Puts so many machines to it, which are served. */
  async startLoad(machines: number): Promise<void> {
    this.fleet.takeBook();
    this.log = new RequestLog(this.api, this.fleet.answered);
    this.fleet.startLoad(machines);
    await this.fleet.untilServed(machines);
  }

  /** The fault is over: everything is as before, and nothing went wrong. */
  async expectRecovery(expected?: {refused: number}): Promise<void> {
    expectBackInTime(await this.fleet.timeUntilBack());
    await this.fleet.stopLoad();
    const book = this.fleet.takeBook();
    expectSoundAnswers(book);
    if (expected) expect(book).to.match(expected);
    await this.expectFootprints();
  }

  /** Both processes are there and hold no more than at first. */
  async expectFootprints(): Promise<void> {
    for (const [process, idle] of this.idle) {
      expect(process.running).to.be.true();
      await untilFootprintIsBack(process.pid, idle, POOLS);
    }
  }

  async killConductor(): Promise<void> {
    const {process} = this.conductor;
    this.idle.delete(process);
    process.kill('SIGKILL');
    await process.exited;
  }

  /** Of the one API. */
  async replyQueue(): Promise<string> {
    const queues = await this.broker.queues();
    return queues.find(name => name.startsWith('reply_'))!;
  }

  /** After a test, whatever has become of it. */
  async tidyUp(): Promise<void> {
    this.broker.resume();
    this.conductor.process.kill('SIGCONT');
    this.apiNetwork.heal();
    this.conductorNetwork.heal();
    await this.fleet.stopLoad();
  }

  async remove(): Promise<void> {
    this.broker.resume();
    await this.deployment.remove();
    await this.apiNetwork.stop();
    await this.conductorNetwork.stop();
    await this.broker.stop();
  }

  private sections(network: TcpProxy, sections: Sections = {}): Sections {
    return {
      ...sections,
      DEFAULT: {
        rpc_transport: 'oslo',
        transport_url: this.broker.urlAt(network.port),
        ...sections.DEFAULT,
      },
      boot_config: {
        request_timeout: REQUEST_TIMEOUT,
        max_script_size: this.script.length,
        ...sections.boot_config,
      },
    };
  }

  private async remember(process: TestProcess): Promise<void> {
    this.idle.set(process, await footprintOf(process.pid));
  }
}
