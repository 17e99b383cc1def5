import {eventually} from '../../support/eventually';

const VERSION = '1.69';
const LONGEST_MS = 60_000;
// Every look takes the API some milliseconds of a processor.
const POLL_MS = 100;

/** As far as tests need it. */
export interface NodeResource {
  uuid: string;
  provision_state: string;
  /** The conductor that Ironic's own hash ring names. */
  conductor: string;
  last_error: string | null;
}

/** A client of Ironic's REST API. */
export class IronicClient {
  constructor(private readonly port: number) {}

  /** Creates something. */
  async create<T>(collection: string, resource: object): Promise<T> {
    return this.call<T>('POST', collection, resource);
  }

  async node(uuid: string): Promise<NodeResource> {
    return this.call<NodeResource>('GET', `nodes/${uuid}`);
  }

  /** Asks for a provision state and waits until the node is in `state`. */
  async provision(
    uuid: string,
    target: {target: string; clean_steps?: object[]},
    state: string,
  ): Promise<void> {
    await this.call('PUT', `nodes/${uuid}/states/provision`, target);
    await eventually(
      `${uuid} is in ${state}`,
      async () => {
        const node = await this.node(uuid);
        if (node.provision_state.endsWith('failed')) {
          throw new Error(`${node.provision_state}: ${node.last_error}`);
        }
        return node.provision_state === state;
      },
      {timeoutMs: LONGEST_MS, pollMs: POLL_MS},
    );
  }

  private async call<T>(
    method: string,
    resource: string,
    body?: object,
  ): Promise<T> {
    const response = await fetch(
      `http://127.0.0.1:${this.port}/v1/${resource}`,
      {
        method,
        headers: {
          'Content-Type': 'application/json',
          'X-OpenStack-Ironic-API-Version': VERSION,
        },
        body: body && JSON.stringify(body),
      },
    );
    const text = await response.text();
    if (!response.ok) {
      throw new Error(`${method} ${resource}: ${response.status} ${text}`);
    }
    return (text ? JSON.parse(text) : undefined) as T;
  }
}
