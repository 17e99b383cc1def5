import {ServerResponse} from 'node:http';
import {FakeConductor, SeenRequest} from './fake-conductor';

export interface FakeKeystoneOptions {
  port?: number;
  /** Of the tokens that it gives out, in seconds. */
  tokenLife?: number;
  /** Does what is to be done in its place, or returns `false`. */
  instead?: (
    response: ServerResponse,
    request: SeenRequest,
  ) => false | void | Promise<void>;
}

/**
 * A Keystone that takes all credentials, and gives out `token-1`, `token-2` and
 * so on; all tokens are valid and have the role `admin`.
 */
export async function startFakeKeystone({
  port,
  tokenLife,
  instead = () => false,
}: FakeKeystoneOptions = {}): Promise<FakeConductor> {
  let issued = 0;
  return FakeConductor.start(
    async (response, request) => {
      if (instead(response, request) !== false) return;
      if (request.method === 'POST') issued++;
      answerLikeKeystone(response, request, `token-${issued}`, tokenLife);
    },
    {port},
  );
}

/** @param id - of the token that is given out, if one is asked for */
export function answerLikeKeystone(
  response: ServerResponse,
  {method}: {method?: string},
  id: string,
  tokenLife = 3600,
): void {
  const isNew = method === 'POST';
  response.writeHead(isNew ? 201 : 200, {
    'content-type': 'application/json',
    ...(isNew && {'x-subject-token': id}),
  });
  const now = Date.now();
  response.end(
    JSON.stringify({
      token: {
        user: {id: 'u', name: 'fake', domain: {id: 'd', name: 'D'}},
        roles: [{id: 'r', name: 'admin'}],
        issued_at: new Date(now).toISOString(),
        expires_at: new Date(now + tokenLife * 1000).toISOString(),
      },
    }),
  );
}
