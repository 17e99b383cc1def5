import {asGlobalInterceptor} from '@loopback/core';
import {MiddlewareSequence} from '@loopback/rest';
import {expect, sinon} from '@loopback/testlab';
import {eventually} from '../../support/eventually';
import {
  askFor,
  expectNotFound,
  expectServed,
  givenHost,
  HostOptions,
  MAC,
  send,
  TestApplication,
} from '../support';

/** A sequence of the host's own, which has a say in every request. */
class OwnSequence extends MiddlewareSequence {}

describe('The way of a request in a host', () => {
  let handled: sinon.SinonSpy;
  let host: TestApplication;

  before(() => {
    handled = sinon.spy(MiddlewareSequence.prototype, 'handle');
  });
  beforeEach(() => handled.resetHistory());
  afterEach(() => host.stop());
  after(() => handled.restore());

  it('does not lead through LoopBack for the branch', async () => {
    host = await givenHost();
    expectServed(await askFor(host));
    expectNotFound(await askFor(host, {mac: MAC.unknown}));
    expectNotFound(await askFor(host, {method: 'POST'}));
    expectNotFound(await askFor(host, {target: '/V1//Boot/%zz'}));
    sinon.assert.notCalled(handled);
  });

  it('leads through LoopBack for all else', async () => {
    host = await givenHost();
    const {status} = await send(host.port, {target: '/openapi.json'});
    expect(status).to.equal(200);
    await send(host.port, {target: '/v1/bootfoo'});
    sinon.assert.calledTwice(handled);
  });

  it('is the same when it was started again', async () => {
    host = await givenHost();
    await host.stop();
    await host.start();
    expectServed(await askFor(host));
    sinon.assert.notCalled(handled);
  });

  const THROUGH_LOOPBACK: Record<string, HostOptions> = {
    'has a sequence of its own': {after: app => app.sequence(OwnSequence)},
    'has global interceptors': {
      after: app =>
        app
          .bind('globalInterceptors.ofTheHost')
          .to(async (_invocation: unknown, next: () => Promise<unknown>) =>
            next(),
          )
          .apply(asGlobalInterceptor('ofTheHost')),
    },
    'puts middleware ahead of the guard': {
      after: app => {
        app.middleware(async (_ctx, next) => next(), {
          group: 'ofTheHost',
          downstreamGroups: 'bootConfigGuard',
        });
      },
    },
    'has a base path': {rest: {basePath: '/v1'}},
  };
  for (const [what, options] of Object.entries(THROUGH_LOOPBACK)) {
    it(`leads through LoopBack for the branch, too, if it ${what}`, async () => {
      host = await givenHost(options);
      await askFor({
        port: host.port,
        conductor: host.conductor,
        logger: host.logger,
        prefix: options.rest ? '/v1' : '',
      });
      sinon.assert.calledOnce(handled);
    });
  }

  it('changes with a global interceptor that comes while it runs', async () => {
    host = await givenHost();
    const seen: string[] = [];
    host
      .bind('globalInterceptors.ofTheHost')
      .to(async (invocation: {methodName: string}, next: () => unknown) => {
        seen.push(invocation.methodName);
        return next();
      })
      .apply(asGlobalInterceptor('ofTheHost'));
    await eventually('the interceptor runs', async () => {
      expectServed(await askFor(host));
      return seen.length > 0;
    });
    host.unbind('globalInterceptors.ofTheHost');
    await eventually('the way is the short one again', async () => {
      handled.resetHistory();
      expectServed(await askFor(host));
      return handled.notCalled;
    });
  });
});
