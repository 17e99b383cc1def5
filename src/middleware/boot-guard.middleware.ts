import {
  BindingScope,
  extensionFor,
  inject,
  injectable,
  invokeMethodWithInterceptors,
  Provider,
} from '@loopback/core';
import {
  asMiddleware,
  ControllerRoute,
  Middleware,
  MiddlewareContext,
  RestMiddlewareGroups,
  RestTags,
} from '@loopback/rest';
import {BootConfigOptions} from '../config';
import {BOOT_PATH, BootController, OPERATION} from '../controllers';
import {BootConfigBindings} from '../keys';
import {withDeadline} from '../services/deadline';
import {BootBranch} from './boot-branch';

// So that the controller's own deadline, which knows more, comes first.
const GRACE_MILLISECONDS = 100;

/** Group of the guard; it stands ahead of all other groups. */
export const BOOT_GUARD_GROUP = 'bootConfigGuard';

/** The groups that every host has and that the guard has to come before. */
export const DOWNSTREAM_GROUPS = [
  RestMiddlewareGroups.SEND_RESPONSE,
  RestMiddlewareGroups.CORS,
  RestMiddlewareGroups.API_SPEC,
  RestMiddlewareGroups.MIDDLEWARE,
];

/**
 * Takes `/v1/boot` out of the host's chain, before version negotiation, CORS,
 * authentication and the host's error writer come to it. The host's global
 * interceptors still run.
 */
@injectable(
  asMiddleware({
    group: BOOT_GUARD_GROUP,
    downstreamGroups: DOWNSTREAM_GROUPS,
  }),
  // The second chain is that of hosts with an action-based sequence.
  extensionFor(
    RestTags.REST_MIDDLEWARE_CHAIN,
    RestTags.ACTION_MIDDLEWARE_CHAIN,
  ),
  {scope: BindingScope.SINGLETON},
)
export class BootGuardProvider implements Provider<Middleware> {
  private readonly route = new ControllerRoute(
    'get',
    BOOT_PATH,
    OPERATION,
    BootController,
    undefined,
    'getBootConfig',
  );

  constructor(
    @inject(BootConfigBindings.BRANCH)
    private readonly branch: BootBranch,
    @inject('controllers.BootController')
    private readonly controller: BootController,
    @inject(BootConfigBindings.OPTIONS)
    private readonly options: BootConfigOptions,
  ) {}

  value(): Middleware {
    return async (ctx, next) => {
      // Express has taken the base path and the mount path off it.
      const {path} = ctx.request;
      if (!this.branch.matches(path)) return next();
      await this.branch.answer(ctx.request, ctx.response, path, (mac, name) =>
        this.dispatch(ctx, mac, name),
      );
      return ctx.response;
    };
  }

  private async dispatch(
    ctx: MiddlewareContext,
    mac: string,
    name: string,
  ): Promise<void> {
    // The controller keeps to its deadline by itself; the host's interceptors
    // may not.
    const {request_timeout: timeout} = this.options.boot_config;
    const limit = timeout * 1000 + GRACE_MILLISECONDS;
    await withDeadline(limit, async () => {
      await invokeMethodWithInterceptors(
        ctx,
        this.controller,
        'getBootConfig',
        [mac, name],
        {source: {type: 'route', value: this.route}},
      );
    });
  }
}
