import path from 'node:path';
import {Api, Deployment} from '../../acceptance/system/support';
import {TestProcess} from '../../support/process';
import {SEED} from './random';
import type {Taken, Timing} from './time-requests';

const NAME = 'boot.ipxe';
const ALLOWED = '10.0.0.1';

/** Requests that are all answered alike, and why. */
const KINDS = {
  node_not_found: {mac: '52:54:00:00:00:ff', source: ALLOWED},
  state_restricted: {mac: '52:54:00:00:00:01', source: ALLOWED},
  mac_malformed: {mac: '52:54:00:00:00:zz', source: ALLOWED},
  source_denied: {mac: '52:54:00:00:00:01', source: '10.9.9.9'},
};

export type Kind = keyof typeof KINDS;

export const ALL_KINDS = Object.keys(KINDS) as Kind[];

/** An API, and a client that is refused for all reasons. */
export class Refusals {
  private constructor(
    private readonly deployment: Deployment,
    private readonly api: Api,
  ) {}

  static async create(): Promise<Refusals> {
    const deployment = await Deployment.create();
    await deployment.register({hostname: '127.0.0.11'});
    await deployment.addNode({
      provisionState: 'active',
      macs: [KINDS.state_restricted.mac],
    });
    const api = await deployment.startApi({
      boot_config: {
        allowed_networks: `${ALLOWED}/32`,
        // The client: so it can have several addresses over one connection.
        trusted_proxies: '127.0.0.1/32',
      },
    });
    await api.process.waitForLine(/ready to serve/);
    return new Refusals(deployment, api);
  }

  /**
   * Asks as often as said for each kind, in changing order, one request after
   * the other over one connection.
   *
   * @returns the median time to an answer, in milliseconds
   */
  async ask(
    times: number,
    kinds: readonly Kind[] = ALL_KINDS,
  ): Promise<Record<Kind, number>> {
    const timing: Timing = {
      port: this.api.port,
      times,
      seed: SEED,
      requests: Object.fromEntries(
        kinds.map(kind => [kind, requestOf(KINDS[kind])]),
      ),
    };
    // This process reads what the API logs, which would take part in the time.
    const client = await TestProcess.node(
      path.join(__dirname, 'time-requests.js'),
      [JSON.stringify(timing)],
    );
    const {code} = await client.exited;
    if (code !== 0) throw new Error(client.lines.join('\n'));
    const taken = JSON.parse(client.stdout[0]) as Taken;
    if (taken.answers !== 1) throw new Error('there are different answers');
    return taken.medians;
  }

  /** Prepared statements that the database has executed so far. */
  async queries(): Promise<number> {
    const [row] = await this.deployment.db.query<{Value: string}>(
      "SHOW GLOBAL STATUS LIKE 'Com_stmt_execute'",
    );
    return Number(row.Value);
  }

  /** How many requests were refused for a reason. */
  count(reason: Kind): number {
    return this.api.requestLog.filter(line => line.reason === reason).length;
  }

  async remove(): Promise<void> {
    await this.deployment.remove();
  }
}

function requestOf({mac, source}: {mac: string; source: string}): string {
  return (
    `GET /v1/boot/${mac}/${NAME} HTTP/1.1\r\nHost: a\r\n` +
    `X-Forwarded-For: ${source}\r\n\r\n`
  );
}
