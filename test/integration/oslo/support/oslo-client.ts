import {expect} from '@loopback/testlab';
import {
  anonymousContext,
  BootConfigConfig,
  BootConfigError,
  newRequestId,
  OsloTransport,
  resolveOptions,
} from '../../../../src';
import {RecordingLogger} from '../../../acceptance/support/recording-logger';
import {RabbitMq} from '../../../support/rabbitmq';
import {NODE} from '../../conductor/support/given-conductor';

export interface Call {
  args?: Record<string, unknown>;
  method?: string;
  version?: string;
  /** Milliseconds. */
  timeout?: number;
}

/** Configuration of both sides for a broker. */
export function osloConfig(
  broker: Pick<RabbitMq, 'url'>,
  config: BootConfigConfig = {},
): BootConfigConfig {
  return {
    ...config,
    DEFAULT: {
      rpc_transport: 'oslo',
      transport_url: broker.url,
      ...config.DEFAULT,
    },
  };
}

/** The API's side of RPC over RabbitMQ. */
export class OsloClient {
  readonly logger = new RecordingLogger();
  readonly transport: OsloTransport;

  constructor(config: BootConfigConfig) {
    this.transport = new OsloTransport(resolveOptions(config), this.logger);
  }

  async call(
    hostname: string,
    {
      args = {node_id: NODE, name: 'boot.ipxe'},
      method = 'get_boot_config',
      version = '1.63',
      timeout = 10_000,
    }: Call = {},
  ): Promise<unknown> {
    return this.transport.call(
      hostname,
      {
        method,
        args,
        context: anonymousContext(newRequestId()),
        version,
        timeout,
      },
      AbortSignal.timeout(timeout),
    );
  }

  async failureOf(hostname: string, call?: Call): Promise<BootConfigError> {
    const error: unknown = await this.call(hostname, call).catch(
      (failure: unknown) => failure,
    );
    expect(error).to.be.instanceOf(BootConfigError);
    return error as BootConfigError;
  }

  /** Whether a call succeeds at this moment. */
  async canReach(hostname: string): Promise<boolean> {
    return this.call(hostname, {timeout: 2000}).then(
      () => true,
      () => false,
    );
  }

  async stop(): Promise<void> {
    await this.transport.stop();
  }
}
