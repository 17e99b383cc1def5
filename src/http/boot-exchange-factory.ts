import {IncomingMessage, ServerResponse} from 'node:http';
import {BindingScope, inject, injectable} from '@loopback/core';
import {BootConfigOptions} from '../config';
import {Networks} from '../config/cidr';
import {derived} from '../config/derived';
import {BootConfigBindings} from '../keys';
import {Logger} from '../logger';
import type {BootEvents} from '../ops/boot-events';
import {BootExchange, BootTarget, ScriptDelivery} from './boot-exchange';
import {LinkReporter} from './link-reporter';
import {ScriptLocations} from './script-locations';
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
  private readonly delivery = derived(
    () => {
      const {boot_config: own} = this.options;
      return [own.serve_mode, own.redirect_url];
    },
    (mode, urls): ScriptDelivery => ({
      links: this.links,
      ...(mode === 'redirect' && {locations: new ScriptLocations(urls)}),
    }),
  );
  private readonly links: LinkReporter;

  constructor(
    @inject(BootConfigBindings.OPTIONS)
    private readonly options: BootConfigOptions,
    @inject(BootConfigBindings.EVENTS)
    private readonly events: BootEvents,
    @inject(BootConfigBindings.LOGGER)
    logger: Logger,
  ) {
    this.links = new LinkReporter(logger);
  }

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
      this.events,
      this.options.boot_config.retry_after,
      this.delivery(),
    );
  }
}

function networks(configured: string[] | undefined): Networks | undefined {
  return configured && new Networks(configured);
}
