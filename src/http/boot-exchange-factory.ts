import {IncomingMessage, ServerResponse} from 'node:http';
import {BindingScope, inject, injectable} from '@loopback/core';
import {BootConfigOptions} from '../config';
import {Networks} from '../config/cidr';
import {BootConfigBindings} from '../keys';
import type {BootEvents} from '../ops/boot-events';
import {BootExchange, BootTarget} from './boot-exchange';
import {sourceAddressOf} from './source-address';

/** Opens exchanges with what the configuration says of their clients. */
@injectable({scope: BindingScope.SINGLETON})
export class BootExchangeFactory {
  private readonly allowed?: Networks;
  private readonly trustedProxies?: Networks;
  private readonly retryAfter?: number;

  constructor(
    @inject(BootConfigBindings.OPTIONS)
    {boot_config: own}: BootConfigOptions,
    @inject(BootConfigBindings.EVENTS)
    private readonly events: BootEvents,
  ) {
    this.allowed = networks(own.allowed_networks);
    this.trustedProxies = networks(own.trusted_proxies);
    this.retryAfter = own.retry_after;
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
      this.events,
      this.retryAfter,
    );
  }
}

function networks(configured: string[] | undefined): Networks | undefined {
  return configured && new Networks(configured);
}
