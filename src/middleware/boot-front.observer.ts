import {IncomingMessage, ServerResponse} from 'node:http';
import {
  Application,
  Binding,
  ContextTags,
  CoreBindings,
  inject,
  LifeCycleObserver,
  lifeCycleObserver,
  Subscription,
} from '@loopback/core';
import {MiddlewareSequence, RestBindings, RestServer} from '@loopback/rest';
import {pathOf} from '../http';
import {BootConfigBindings} from '../keys';
import {BootBranch} from './boot-branch';
import {BOOT_GUARD_GROUP, BootGuardProvider} from './boot-guard.middleware';
import {
  groupsAheadOf,
  isMiddleware,
  placesIn,
  serverContextsOf,
} from './middleware-places';

const OPTIONAL = {optional: true} as const;

/**
 * Takes `/v1/boot` off the host's own listeners, ahead of Express and of
 * LoopBack's sequence, which cost many times as much as the rest of a request.
 *
 * Only where nobody can tell it from the guard: in a host whose requests come
 * through LoopBack's own sequence with nothing ahead of the guard, and with no
 * global interceptors, which the guard runs. Any other request, and every
 * request of any other host, goes the host's way to the guard.
 */
@lifeCycleObserver('middleware')
export class BootFrontObserver implements LifeCycleObserver {
  private subscriptions: Subscription[] = [];

  constructor(
    @inject(CoreBindings.APPLICATION_INSTANCE)
    private readonly application: Application,
    @inject(BootConfigBindings.BRANCH)
    private readonly branch: BootBranch,
  ) {}

  start(): void {
    // LoopBack makes the listeners when its servers start, which is last.
    this.application.once('started', () => void this.standInFront());
  }

  stop(): void {
    for (const subscription of this.subscriptions) subscription.unsubscribe();
    this.subscriptions = [];
  }

  private async standInFront(): Promise<void> {
    for (const server of await serverContextsOf(this.application)) {
      if (server instanceof RestServer) this.standInFrontOf(server);
    }
  }

  private standInFrontOf(server: RestServer): void {
    const listener = server.httpServer?.server;
    const handler = server.requestHandler;
    // Where something else took its place, that comes first.
    if (!listener?.listeners('request').includes(handler)) return;
    let isAlike = this.isLikeGuard(server);
    this.subscriptions.push(
      server.subscribe({
        filter: decides,
        observe: () => {
          isAlike = this.isLikeGuard(server);
        },
      }),
    );
    listener.removeListener('request', handler);
    listener.on(
      'request',
      (request: IncomingMessage, response: ServerResponse) => {
        const path = pathOf(request.url!);
        if (isAlike && this.branch.matches(path)) {
          void this.branch.answer(request, response, path);
        } else {
          handler(request, response);
        }
      },
    );
  }

  private isLikeGuard(server: RestServer): boolean {
    const sequence = server.getBinding(RestBindings.SEQUENCE, OPTIONAL);
    const guard = server.getBinding(BootConfigBindings.GUARD, OPTIONAL);
    const places = placesIn([server]);
    return (
      sequence?.valueConstructor === MiddlewareSequence &&
      guard?.providerConstructor === BootGuardProvider &&
      groupsAheadOf(BOOT_GUARD_GROUP, places).size === 1 &&
      server.findByTag(ContextTags.GLOBAL_INTERCEPTOR).length === 0 &&
      ['', '/'].includes(server.getSync(RestBindings.BASE_PATH))
    );
  }
}

/** Whether a binding has a say in what the guard would do. */
function decides(binding: Readonly<Binding>): boolean {
  return (
    isMiddleware(binding) ||
    binding.tagNames.includes(ContextTags.GLOBAL_INTERCEPTOR) ||
    binding.key === RestBindings.SEQUENCE.key ||
    binding.key === BootConfigBindings.GUARD.key
  );
}
