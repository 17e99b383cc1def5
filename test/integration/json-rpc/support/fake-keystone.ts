import {ServerResponse} from 'node:http';
import {Answer, FakeConductor, SeenRequest} from './fake-conductor';

export interface FakeKeystoneOptions {
  /** Of the tokens that it gives out, in seconds. */
  tokenLife?: number;
  /** Takes the place of what it does; falls back to it by returning `false`. */
  instead?: (
    response: ServerResponse,
    request: SeenRequest,
  ) => boolean | Promise<boolean>;
}

/**
 * A Keystone that takes all credentials, and gives out `token-1`, `token-2` and
 * so on, all valid and with the role `admin`.
 */
export async function startFakeKeystone({
  tokenLife = 3600,
  instead = () => false,
}: FakeKeystoneOptions = {}): Promise<FakeConductor> {
  let issued = 0;
  const answer: Answer = async (response, request) => {
    if (await instead(response, request)) return;
    const isNew = request.method === 'POST';
    response.writeHead(isNew ? 201 : 200, {
      'content-type': 'application/json',
      ...(isNew && {'x-subject-token': `token-${++issued}`}),
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
  };
  return FakeConductor.start(answer);
}
