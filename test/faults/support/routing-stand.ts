import {HashRing} from '../../../src';
import {
  Api,
  Conductor,
  Deployment,
  Sections,
} from '../../acceptance/system/support';
import {uuidOf} from '../../support/ironic-data';
import {freePort} from '../../support/ports';
import {CallRelay} from './call-relay';
import {REQUEST_TIMEOUT} from './contract';
import {Machine} from './fleet';

// Two of one host, and one with an IPv6 address: told apart by their ports.
const HOSTS = ['::1', '127.0.0.1', '127.0.0.1'];

/** A conductor, and what counts the calls of it. */
export interface Member {
  /** Its name in Ironic's database, which leads to the relay. */
  hostname: string;
  /** `undefined`: it is not in the database. */
  id?: number;
  relay: CallRelay;
  conductor: Conductor;
  /** Where it listens itself. */
  port: number;
}

/** Where the nodes of a test are. */
export interface NodeSpecs {
  /** Who owns them, on the ring of which members; each ring with its owner. */
  owners: [readonly Member[], Member][];
  preparedBy?: Member;
  /** Whose disks have the script. */
  on: readonly Member[];
}

/** Conductors behind relays that count calls, and nodes of chosen owners. */
export class RoutingStand {
  readonly members: Member[] = [];

  private readonly relays: CallRelay[] = [];
  private nodes = 0;

  private constructor(readonly deployment: Deployment) {}

  /** The first `registered` of three conductors are in the database. */
  static async create({registered = 3} = {}): Promise<RoutingStand> {
    const stand = new RoutingStand(await Deployment.create());
    try {
      for (const host of HOSTS) await stand.addMember(host);
      for (const member of stand.members.slice(0, registered)) {
        await stand.join(member);
      }
      return stand;
    } catch (error) {
      await stand.remove();
      throw error;
    }
  }

  /** Its row appears in the database. */
  async join(member: Member): Promise<void> {
    const {hostname} = member;
    member.id = await this.deployment.register({hostname});
  }

  /** Takes itself out, as a conductor does that is stopped in good order. */
  async leave({id}: Member): Promise<void> {
    await this.deployment.db.run(
      'UPDATE conductors SET online = 0 WHERE id = ?',
      [id],
    );
  }

  /** Starts a conductor that was killed. */
  async restart(member: Member): Promise<void> {
    const {hostname, port} = member;
    member.conductor = await start(this.deployment, hostname, port);
  }

  async addNodes(
    count: number,
    {owners, preparedBy, on}: NodeSpecs,
  ): Promise<Machine[]> {
    const machines: Machine[] = [];
    const rings = owners.map(
      ([members, owner]) => [ringOf(members), owner.hostname] as const,
    );
    while (machines.length < count) {
      this.nodes += 1;
      const uuid = uuidOf(`routing ${this.nodes}`);
      if (rings.some(([ring, owner]) => ring.ownerOf(uuid) !== owner)) continue;
      const mac = `52:54:00:01:${hex(this.nodes >> 8)}:${hex(this.nodes & 255)}`;
      const script = `#!ipxe\necho node ${uuid}\nboot\n`;
      await this.deployment.addNode({
        uuid,
        macs: [mac],
        conductorAffinity: preparedBy?.id,
      });
      for (const {conductor} of on) await conductor.write(uuid, script);
      machines.push({target: `/v1/boot/${mac}/boot.ipxe`, script});
    }
    return machines;
  }

  startApi(sections: Sections = {}): Promise<Api> {
    return this.deployment.startApi({
      ...sections,
      DEFAULT: {debug: 'True', ...sections.DEFAULT},
      boot_config: {request_timeout: REQUEST_TIMEOUT, ...sections.boot_config},
    });
  }

  async remove(): Promise<void> {
    await this.deployment.remove();
    await Promise.all(this.relays.map(relay => relay.stop()));
  }

  private async addMember(host: string): Promise<void> {
    const port = await freePort(host);
    const relay = await CallRelay.start(host, port);
    this.relays.push(relay);
    const {hostname} = relay;
    const conductor = await start(this.deployment, hostname, port);
    this.members.push({hostname, port, relay, conductor});
  }
}

/** Lines that tell that a conductor is out of reach, one each time it is seen. */
export function failuresOf(api: Api, {hostname}: Member): string[] {
  return linesOf(api, hostname, '"msg":"not asked for a while: ');
}

/** Lines that tell that a conductor was out of reach, and no longer is. */
export function returnsOf(api: Api, {hostname}: Member): string[] {
  return linesOf(api, hostname, `"msg":"conductor ${hostname} answers again"`);
}

function linesOf(api: Api, hostname: string, message: string): string[] {
  const conductor = `"conductor":"${hostname}"`;
  return api.process.stderr.filter(
    line => line.includes(conductor) && line.includes(message),
  );
}

/** It is called by its name, as an agent it listens elsewhere. */
function start(
  deployment: Deployment,
  hostname: string,
  port: number,
): Promise<Conductor> {
  return deployment.startConductor(hostname, {
    boot_config: {conductor_port: port},
  });
}

function ringOf(members: readonly Member[]): HashRing {
  return new HashRing(
    members.map(({hostname}) => hostname),
    {partitionExponent: 5, algorithm: 'md5'},
  );
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
