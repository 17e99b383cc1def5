import {expect} from '@loopback/testlab';
import {Api, Deployment, Sections} from '../../acceptance/system/support';
import {eventually} from '../../support/eventually';
import {MariaDb} from '../../support/mariadb';
import {TcpProxy} from '../../support/tcp-proxy';
import {
  expectBackInTime,
  expectSoundAnswers,
  REQUEST_TIMEOUT,
} from './contract';
import {Fleet} from './fleet';
import {
  DATABASE_POOL,
  Footprint,
  footprintOf,
  poolsOf,
  untilFootprintIsBack,
} from './footprint';
import {RequestLog} from './request-log';
import {TcpEnd, tcpTable} from './tcp-table';

const HOST = '127.0.0.11';
const MAC = '52:54:00:00:00:01';

/** Asks for the script of the one node. */
export const TARGET = `/v1/boot/${MAC}/boot.ipxe`;

// At once, to see what memory it takes.
const CROWD = 40;

/** An API whose database is at the other end of a network with faults. */
export class Stand {
  api!: Api;
  fleet!: Fleet;
  /** Since the load began. */
  log!: RequestLog;

  private idle!: Footprint;

  private constructor(
    private readonly deployment: Deployment,
    /** What the API alone has between itself and the database. */
    readonly network: TcpProxy,
    private readonly script: string,
  ) {}

  /**
   * All but the API.
   *
   * @param scriptSize - in bytes, without its first line
   */
  static async create({scriptSize = 20} = {}): Promise<Stand> {
    const deployment = await Deployment.create();
    await deployment.register({hostname: HOST});
    const uuid = await deployment.addNode({macs: [MAC]});
    const script = `#!ipxe\n${'#'.repeat(scriptSize)}\n`;
    const conductor = await deployment.startConductor(HOST, {
      boot_config: {max_script_size: script.length},
    });
    await conductor.write(uuid, script);
    const network = await TcpProxy.start({port: deployment.db.port});
    return new Stand(deployment, network, script);
  }

  get db(): MariaDb {
    return this.deployment.db;
  }

  async startApi(sections: Sections = {}): Promise<void> {
    const {db, deployment, network} = this;
    this.api = await deployment.startApi({
      ...sections,
      boot_config: {
        request_timeout: REQUEST_TIMEOUT,
        max_script_size: this.script.length,
        ...sections.boot_config,
      },
      database: {connection: db.url.replace(`${db.port}`, `${network.port}`)},
    });
    this.idle = await footprintOf(this.api.process.pid);
    this.fleet = new Fleet(this.api.port, [
      {target: TARGET, script: this.script},
    ]);
  }

  /** Serves a while, so that the memory is as it is at work. */
  async settle(): Promise<void> {
    expect(await this.fleet.burst(CROWD)).to.equal(CROWD);
    const {resident} = await footprintOf(this.api.process.pid);
    this.idle.resident = resident;
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
    await untilFootprintIsBack(this.api.process.pid, this.idle, poolsOf(1));
    await eventually(
      'abandoned connections to the database are closed',
      async () => {
        const held = await this.connectionsToDatabase();
        return held.length <= DATABASE_POOL;
      },
    );
  }

  async connectionsToDatabase(): Promise<TcpEnd[]> {
    const {port} = this.network;
    return (await tcpTable()).filter(end => end.remotePort === port);
  }

  /** After a test, whatever has become of it. */
  async tidyUp(): Promise<void> {
    this.db.resume();
    this.network.heal();
    await this.fleet.stopLoad();
  }

  async remove(): Promise<void> {
    await this.deployment.remove();
    await this.network.stop();
  }
}
