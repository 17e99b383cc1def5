import {IncomingMessage, ServerResponse} from 'node:http';
import {BindingScope, inject, injectable} from '@loopback/core';
import {BootConfigOptions} from '../config';
import {Networks} from '../config/cidr';
import {derived} from '../config/derived';
import {BootConfigBindings} from '../keys';
import {Logger} from '../logger';
import {BootExchange, BootTarget} from './boot-exchange';
import {sourceAddressOf} from './source-address';

/** Opens exchanges with what the configuration says of their clients. */
@injectable({scope: BindingScope.SINGLETON})
export class BootExchangeFactory {
  private readonly allowed = derived(
    () => [this.options.boot_config.allowed_networks],
    networks,
  );
  private readonly trustedProxies = derived(
    () => [this.options.boot_config.trusted_proxies],
    networks,
  );

  constructor(
    @inject(BootConfigBindings.OPTIONS)
    private readonly options: BootConfigOptions,
    @inject(BootConfigBindings.LOGGER)
    private readonly logger: Logger,
  ) {}

  /** Address of the client. */
  sourceOf(request: IncomingMessage): string {
    return sourceAddressOf(request, this.trustedProxies());
  }

  open(response: ServerResponse, target: BootTarget = {}): BootExchange {
    const source = this.sourceOf(response.req);
    return new BootExchange(
      response,
      target,
      source,
      this.allowed()?.has(source) ?? true,
      this.logger,
      this.options.boot_config.retry_after,
    );
  }
}

function networks(configured: string[] | undefined): Networks | undefined {
  return configured && new Networks(configured);
}
