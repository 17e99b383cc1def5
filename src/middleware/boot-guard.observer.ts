import {
  Application,
  Context,
  CoreBindings,
  inject,
  LifeCycleObserver,
  lifeCycleObserver,
  Subscription,
} from '@loopback/core';
import {BootConfigBindings} from '../keys';
import {BOOT_GUARD_GROUP, DOWNSTREAM_GROUPS} from './boot-guard.middleware';
import {
  groupsAheadOf,
  isMiddleware,
  placesIn,
  serverContextsOf,
} from './middleware-places';

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
    const places = placesIn(await this.contexts());
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
    return [this.application, ...(await serverContextsOf(this.application))];
  }
}
