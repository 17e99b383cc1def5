import {IncomingMessage, ServerResponse} from 'node:http';
import {BindingScope, inject, injectable} from '@loopback/core';
import {BootConfigOptions} from '../config';
import {Networks} from '../config/cidr';
import {BootConfigBindings} from '../keys';
import {Logger} from '../logger';
import {BootExchange, BootTarget, ScriptDelivery} from './boot-exchange';
import {LinkReporter} from './link-reporter';
import {ScriptLocations} from './script-locations';
import {sourceAddressOf} from './source-address';

/** Opens exchanges with what the configuration says of their clients. */
@injectable({scope: BindingScope.SINGLETON})
export class BootExchangeFactory {
  private readonly allowed?: Networks;
  private readonly trustedProxies?: Networks;
  private readonly retryAfter?: number;
  private readonly delivery: ScriptDelivery;

  constructor(
    @inject(BootConfigBindings.OPTIONS)
    {boot_config: own}: BootConfigOptions,
    @inject(BootConfigBindings.LOGGER)
    private readonly logger: Logger,
  ) {
    this.allowed = networks(own.allowed_networks);
    this.trustedProxies = networks(own.trusted_proxies);
    this.retryAfter = own.retry_after;
    this.delivery = {
      links: new LinkReporter(logger),
      ...(own.serve_mode === 'redirect' && {
        locations: new ScriptLocations(own.redirect_url),
      }),
    };
  }

  /** Address of the client. */
  sourceOf(request: IncomingMessage): string {
    return sourceAddressOf(request, this.trustedProxies);
  }

  open(response: ServerResponse, target: BootTarget = {}): BootExchange {
    const source = this.sourceOf(response.req);
    return new BootExchange(
      response,
      target,
      source,
      this.allowed?.has(source) ?? true,
      this.logger,
      this.retryAfter,
      this.delivery,
    );
  }
}

function networks(configured: string[] | undefined): Networks | undefined {
  return configured && new Networks(configured);
}
