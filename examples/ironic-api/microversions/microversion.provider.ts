import {BindingScope, injectable, Provider} from '@loopback/core';
import {
  asMiddleware,
  Middleware,
  RestMiddlewareGroups,
  RestTags,
} from '@loopback/rest';
import {sendFault} from '../fault';
import {formatVersion, MAX_VERSION, MIN_VERSION, negotiate} from './version';

const HEADER = 'X-OpenStack-Ironic-API-Version';
const MINIMUM = formatVersion(MIN_VERSION);
const MAXIMUM = formatVersion(MAX_VERSION);

/**
 * Negotiates the microversion of every request below `/v1`, ahead of
 * everything else in this application. `/v1/boot` never comes here: the
 * component answers it before.
 */
@injectable(
  asMiddleware({
    chain: RestTags.REST_MIDDLEWARE_CHAIN,
    group: 'microversions',
    downstreamGroups: [RestMiddlewareGroups.SEND_RESPONSE],
  }),
  {scope: BindingScope.SINGLETON},
)
export class MicroversionProvider implements Provider<Middleware> {
  value(): Middleware {
    return ({request, response}, next) => {
      if (!isVersioned(request.path)) return next();
      const requested = request.get(HEADER);
      const version = negotiate(requested);
      response.set({
        [HEADER]: formatVersion(version ?? MIN_VERSION),
        'X-OpenStack-Ironic-API-Minimum-Version': MINIMUM,
        'X-OpenStack-Ironic-API-Maximum-Version': MAXIMUM,
      });
      if (version) return next();
      sendFault(
        response,
        406,
        `Version ${requested} is not supported; supported are ${MINIMUM} to ${MAXIMUM}.`,
      );
      return response;
    };
  }
}

function isVersioned(path: string): boolean {
  return path === '/v1' || path.startsWith('/v1/');
}
