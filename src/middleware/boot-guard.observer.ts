import {
  Application,
  Binding,
  Context,
  CoreBindings,
  extensionFilter,
  inject,
  LifeCycleObserver,
  lifeCycleObserver,
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
  constructor(
    @inject(CoreBindings.APPLICATION_INSTANCE)
    private readonly application: Application,
  ) {}

  async start(): Promise<void> {
    const servers = await Promise.all(
      this.application
        .find<RestServer>(`${CoreBindings.SERVERS}.*`)
        .map(binding => binding.getValue(this.application)),
    );
    const contexts: Context[] = [
      this.application,
      // `app.middleware()` binds into the server, which is a context itself.
      ...servers.filter(server => server instanceof Context),
    ];
    const groups = contexts
      .flatMap(context => context.find(isMiddleware))
      .filter(binding => !wantsToComeFirst(binding))
      .map(binding => binding.tagMap.group as string | undefined)
      .filter(group => group && group !== BOOT_GUARD_GROUP);
    this.application.getBinding(BootConfigBindings.GUARD).tag({
      downstreamGroups: [...new Set([...DOWNSTREAM_GROUPS, ...groups])],
    });
  }
}

const chains = [
  RestTags.REST_MIDDLEWARE_CHAIN,
  RestTags.ACTION_MIDDLEWARE_CHAIN,
].map(chain => extensionFilter(chain));

function isMiddleware(binding: Readonly<Binding>): boolean {
  return chains.some(inChain => inChain(binding));
}

/** Whether the host put this one ahead of the guard by name. */
function wantsToComeFirst(binding: Readonly<Binding>): boolean {
  const {downstreamGroups} = binding.tagMap as {downstreamGroups?: string[]};
  return downstreamGroups?.includes(BOOT_GUARD_GROUP) ?? false;
}
