import {
  Application,
  Binding,
  Context,
  CoreBindings,
  extensionFilter,
  inject,
  LifeCycleObserver,
  lifeCycleObserver,
  Subscription,
} from '@loopback/core';
import {RestServer, RestTags} from '@loopback/rest';
import {BootConfigBindings} from '../keys';
import {BOOT_GUARD_GROUP, DOWNSTREAM_GROUPS} from './boot-guard.middleware';

/**
 * Puts the guard ahead of every group of middleware that the host has, once all
 * of it is bound.
 */
@lifeCycleObserver('middleware')
export class BootGuardObserver implements LifeCycleObserver {
  private subscriptions: Subscription[] = [];

  constructor(
    @inject(CoreBindings.APPLICATION_INSTANCE)
    private readonly application: Application,
  ) {}

  /** Before any server starts, so that the first request finds it done. */
  async init(): Promise<void> {
    await this.putFirst();
  }

  /** Once more, for middleware that came between, and whenever some comes. */
  async start(): Promise<void> {
    await this.putFirst();
    this.subscriptions = (await this.contexts()).map(context =>
      context.subscribe({
        filter: isMiddleware,
        observe: event => (event === 'bind' ? this.putFirst() : undefined),
      }),
    );
  }

  stop(): void {
    for (const subscription of this.subscriptions) subscription.unsubscribe();
    this.subscriptions = [];
  }

  private async putFirst(): Promise<void> {
    const places = (await this.contexts())
      .flatMap(context => context.find(isMiddleware))
      .map(binding => binding.tagMap as Place);
    const ahead = groupsAheadOf(BOOT_GUARD_GROUP, places);
    const groups = places
      .map(place => place.group)
      .filter(group => group && !ahead.has(group));
    this.application.getBinding(BootConfigBindings.GUARD).tag({
      downstreamGroups: [...new Set([...DOWNSTREAM_GROUPS, ...groups])],
    });
  }

  /** Where middleware is bound: `app.middleware()` binds into the server. */
  private async contexts(): Promise<Context[]> {
    const servers = await Promise.all(
      this.application
        .find<RestServer>(`${CoreBindings.SERVERS}.*`)
        .map(async binding => binding.getValue(this.application)),
    );
    return [
      this.application,
      ...servers.filter(server => server instanceof Context),
    ];
  }
}

const chains = [
  RestTags.REST_MIDDLEWARE_CHAIN,
  RestTags.ACTION_MIDDLEWARE_CHAIN,
].map(chain => extensionFilter(chain));

function isMiddleware(binding: Readonly<Binding>): boolean {
  return chains.some(inChain => inChain(binding));
}

/** Where a middleware stands in its chain, as told by the tags of its binding. */
interface Place {
  group?: string;
  upstreamGroups?: string[];
  downstreamGroups?: string[];
}

/** `group`, and the groups that the host put ahead of it by name. */
function groupsAheadOf(group: string, places: Place[]): Set<string> {
  const ahead = new Set([group]);
  // The loop comes to the groups that are added in it, too.
  for (const later of ahead) {
    for (const place of places) {
      if (place.group && place.downstreamGroups?.includes(later)) {
        ahead.add(place.group);
      }
      if (place.group === later) {
        place.upstreamGroups?.forEach(earlier => ahead.add(earlier));
      }
    }
  }
  return ahead;
}
