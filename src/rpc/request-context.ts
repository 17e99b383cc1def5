import {randomUUID} from 'node:crypto';

/**
 * `ironic.common.context.RequestContext` as it crosses the wire. A server has
 * to accept any subset.
 */
export type RequestContext = Record<string, unknown> & {
  request_id?: string;
  global_request_id?: string | null;
};

// oslo.middleware takes over nothing of another form, so that nobody writes
// into its logs.
const REQUEST_ID = /^req-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A request id as OpenStack writes them: `req-<uuid>`. */
export function newRequestId(): string {
  return `req-${randomUUID()}`;
}

/**
 * The id under which a client or a proxy knows a request.
 *
 * @param header - `X-OpenStack-Request-ID` as sent
 * @returns `undefined` for what is no `req-<uuid>`
 */
export function globalRequestIdOf(
  header: string | string[] | undefined,
): string | undefined {
  return typeof header === 'string' && REQUEST_ID.test(header)
    ? header
    : undefined;
}

/**
 * The context of a call made for nobody in particular, with Ironic's keys.
 *
 * @param globalRequestId - id of the request that the call was made for, where
 *   its sender gave it one
 */
export function anonymousContext(
  requestId: string,
  globalRequestId?: string,
): RequestContext {
  return {
    user: null,
    project_id: null,
    system_scope: null,
    project: null,
    domain: null,
    user_domain: null,
    project_domain: null,
    is_admin: false,
    read_only: false,
    show_deleted: false,
    auth_token: null,
    request_id: requestId,
    global_request_id: globalRequestId ?? null,
    resource_uuid: null,
    roles: [],
    user_identity: '- - - - -',
    is_admin_project: true,
    auth_token_info: null,
  };
}
