import {
  Application,
  CoreBindings,
  CoreTags,
  inject,
  LifeCycleObserver,
  lifeCycleObserver,
} from '@loopback/core';

const GROUP = CoreTags.LIFE_CYCLE_OBSERVER_GROUP;

/**
 * Makes servers the last to start and the first to stop: requests that a server
 * still answers while it stops need the database and the conductors.
 *
 * LoopBack means it so, but goes by the tag with the group, which RestServer has
 * not got; so it comes first, and draws all other servers with it.
 */
@lifeCycleObserver()
export class ServerOrderObserver implements LifeCycleObserver {
  constructor(
    @inject(CoreBindings.APPLICATION_INSTANCE)
    private readonly application: Application,
  ) {}

  init(): void {
    for (const server of this.application.findByTag(CoreTags.SERVER)) {
      if (!server.tagMap[GROUP]) server.tag({[GROUP]: CoreTags.SERVER});
    }
  }
}
