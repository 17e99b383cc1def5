import {BindingScope, injectable, Provider} from '@loopback/core';
import {
  asMiddleware,
  ExpressRequestHandler,
  HttpErrors,
  Middleware,
  RestMiddlewareGroups,
} from '@loopback/rest';
import {expect} from '@loopback/testlab';
import {BOOT_GUARD_GROUP} from '../../../src';
import {
  askFor,
  expectServed,
  HostOptions,
  itKeepsTheContract,
  send,
  TestApplication,
  useHost,
} from '../support';

const HEADER = 'x-openstack-ironic-api-version';
const LATEST = '1.99';

/** Refuses by an answer of its own. */
const answering: Middleware = (ctx, next) => {
  const version = ctx.request.get(HEADER);
  ctx.response.setHeader('X-OpenStack-Ironic-API-Maximum-Version', LATEST);
  if (!version || version === LATEST) return next();
  ctx.response.status(406).json({error_message: 'no such version'});
  return ctx.response;
};

/** Refuses by an error that the host's error writer answers. */
const throwing: Middleware = async (ctx, next) => {
  if (ctx.request.get(HEADER)) throw new HttpErrors.NotAcceptable();
  return next();
};

const passing: Middleware = (_ctx, next) => next();

const inExpress: ExpressRequestHandler = (request, response, next) => {
  if (!request.get(HEADER)) return next();
  response.status(406).json({error_message: 'no such version'});
};

@injectable({scope: BindingScope.SINGLETON})
class VersionCheckProvider implements Provider<Middleware> {
  value() {
    return answering;
  }
}

const AHEAD = {
  group: 'versionCheck',
  downstreamGroups: [RestMiddlewareGroups.SEND_RESPONSE],
};

const HOSTS: Record<string, (app: TestApplication) => unknown> = {
  'in a group ahead of everything, bound in the application': app =>
    app
      .bind('middleware.versionCheck')
      .to(answering)
      .apply(asMiddleware(AHEAD)),
  'in a group ahead of everything, by a provider class': app =>
    app.middleware(VersionCheckProvider, AHEAD),
  'in a group ahead of everything, by app.middleware()': app =>
    app.middleware(answering, AHEAD),
  'in a group ahead of everything, by app.expressMiddleware()': app =>
    app.expressMiddleware(
      () => inExpress,
      {},
      {
        ...AHEAD,
        key: 'middleware.versionCheck',
        injectConfiguration: false,
      },
    ),
  'in a group ahead of another such group': app => {
    app.middleware(answering, {
      group: 'first',
      downstreamGroups: ['versionCheck', RestMiddlewareGroups.SEND_RESPONSE],
    });
    app.middleware(answering, {...AHEAD, upstreamGroups: ['first']});
  },
  'in a group ahead of the guard by one of two': app => {
    app.middleware(answering, AHEAD);
    app
      .bind('middleware.mark')
      .to(passing)
      .apply(
        asMiddleware({
          group: 'mark',
          downstreamGroups: ['versionCheck'],
        }),
      );
  },
  'in a group ahead of everything, throwing': app =>
    app.middleware(throwing, AHEAD),
  'in the default group': app => app.middleware(answering),
  'in the default group, by app.expressMiddleware()': app =>
    app.expressMiddleware(
      () => inExpress,
      {},
      {
        key: 'middleware.versionCheck',
        injectConfiguration: false,
      },
    ),
  'in the group for authentication': app =>
    app.middleware(throwing, {group: RestMiddlewareGroups.AUTHENTICATION}),
  'in the group of CORS': app =>
    app.middleware(answering, {group: RestMiddlewareGroups.CORS}),
};

for (const [where, bindCheck] of Object.entries(HOSTS)) {
  for (const when of ['before', 'after'] as const) {
    describe(`A host with a version check ${where}, bound ${when} the component`, () => {
      const options: HostOptions = {[when]: bindCheck};
      const host = useHost(options);

      itKeepsTheContract(host);

      it('still has its check', async () => {
        const answer = await send(host().port, {
          target: '/v1/nodes',
          headers: {[HEADER]: '99.99'},
        });
        expect(answer.status).to.equal(406);
      });
    });
  }
}

describe('A host that puts middleware ahead of the guard by name', () => {
  const host = useHost({
    after: app => {
      app.middleware(
        (ctx, next) => {
          if (ctx.request.get('x-blocked')) {
            ctx.response.status(403).end();
            return ctx.response;
          }
          return next();
        },
        {group: 'firewall', downstreamGroups: [BOOT_GUARD_GROUP]},
      );
      // Another one in the same group does not name the guard.
      app.middleware(passing, {group: 'firewall'});
    },
  });

  itKeepsTheContract(host);

  it('has the first word', async () => {
    const answer = await askFor(host(), {headers: {'X-Blocked': '1'}});
    expect(answer.status).to.equal(403);
  });
});

for (const asked of [false, true]) {
  describe(`A host that adds version checks while it runs, ${asked ? 'after' : 'before'} the first request`, () => {
    const host = useHost();
    before(async () => {
      if (asked) expectServed(await askFor(host()));
      host().middleware(answering, AHEAD);
      host()
        .bind('middleware.another')
        .to(answering)
        .apply(asMiddleware({...AHEAD, group: 'another'}));
    });

    itKeepsTheContract(host);
  });
}
