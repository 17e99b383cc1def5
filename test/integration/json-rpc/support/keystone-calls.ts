import {once} from 'node:events';
import {IncomingMessage, request} from 'node:http';
import {json} from 'node:stream/consumers';
import {
  anonymousContext,
  BootConfigConfig,
  JsonRpcTransport,
  newRequestId,
  resolveOptions,
} from '../../../../src';
import {RecordingLogger} from '../../../acceptance/support/recording-logger';

export type JsonRpcConfig = NonNullable<BootConfigConfig['json_rpc']>;

/** A node that calls are about. */
export const UUID = '1be26c0b-03f2-4d2e-ae87-c02d7f33c10d';

/** Options for a Keystone that takes whatever it gets. */
export function loginAt(port: number, scheme = 'http') {
  return {
    auth_url: `${scheme}://127.0.0.1:${port}`,
    username: 'ironic',
    password: 'S3cret',
    user_domain_name: 'Default',
    project_name: 'service',
    project_domain_name: 'Default',
  };
}

/** The side of the API with a log of its own. */
export class Caller {
  readonly logger = new RecordingLogger();
  private readonly transport: JsonRpcTransport;

  constructor(jsonRpc: JsonRpcConfig, config: BootConfigConfig = {}) {
    this.transport = new JsonRpcTransport(
      resolveOptions({
        ...config,
        json_rpc: {auth_strategy: 'keystone', ...jsonRpc},
      }),
      this.logger,
    );
  }

  async init(): Promise<void> {
    await this.transport.init();
  }

  /** @param hostname - of the conductor, with its port */
  async call(
    hostname: string,
    signal = AbortSignal.timeout(10_000),
  ): Promise<unknown> {
    return this.transport.call(
      hostname,
      {
        method: 'get_boot_config',
        args: {node_id: UUID, name: 'boot.ipxe'},
        context: anonymousContext(newRequestId()),
        version: '1.63',
      },
      signal,
    );
  }

  async stop(): Promise<void> {
    await this.transport.stop();
  }
}

/** Calls a conductor with a token, or without. */
export async function post(port: number, token?: string) {
  const asked = request({
    port,
    method: 'POST',
    headers: token === undefined ? {} : {'X-Auth-Token': token},
    agent: false,
  });
  asked.end(
    JSON.stringify({
      jsonrpc: '2.0',
      id: '1',
      method: 'get_boot_config',
      params: {context: {}, node_id: UUID, name: 'boot.ipxe'},
    }),
  );
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  return {
    status: response.statusCode,
    headers: response.headers,
    body: (await json(response)) as Record<string, unknown>,
  };
}
