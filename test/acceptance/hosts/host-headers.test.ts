import {asMiddleware, Middleware, RestMiddlewareGroups} from '@loopback/rest';
import {expect} from '@loopback/testlab';
import {BOOT_GUARD_GROUP} from '../../../src';
import {headerOf, itKeepsTheContract, send, useHost} from '../support';

const decorating: Middleware = ({response}, next) => {
  response.cookie('session', '1');
  response.set({
    'X-Powered-By': 'Ironic',
    'X-Openstack-Request-Id': 'req-1',
    'Cache-Control': 'public, max-age=3600',
    'Content-Encoding': 'gzip',
    'Transfer-Encoding': 'chunked',
    Vary: 'Origin',
  });
  response.status(203);
  return next();
};

for (const [where, place] of Object.entries({
  'the default group': {},
  'a group ahead of everything': {
    group: 'decoration',
    downstreamGroups: [RestMiddlewareGroups.SEND_RESPONSE],
  },
  'a group ahead of the guard by name': {
    group: 'decoration',
    downstreamGroups: [BOOT_GUARD_GROUP],
  },
})) {
  describe(`A host whose middleware in ${where} sets headers`, () => {
    const host = useHost({
      rest: {expressSettings: {'x-powered-by': true, etag: 'strong'}},
      after: app =>
        app
          .bind('middleware.decoration')
          .to(decorating)
          .apply(asMiddleware(place)),
    });

    itKeepsTheContract(host);
  });
}

describe('A host with all of LoopBack as it is', () => {
  const host = useHost();

  it('has headers of its own that the branch has not', async () => {
    const answer = await send(host().port, {target: '/openapi.json'});
    expect(headerOf(answer, 'X-Powered-By')).to.equal('Express');
  });

  itKeepsTheContract(host);
});
