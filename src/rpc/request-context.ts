import {randomUUID} from 'node:crypto';

/**
 * `ironic.common.context.RequestContext` as it crosses the wire. A server has
 * to accept any subset.
 */
export type RequestContext = Record<string, unknown> & {request_id?: string};

/** A request id as OpenStack writes them: `req-<uuid>`. */
export function newRequestId(): string {
  return `req-${randomUUID()}`;
}

/** The context of a call made for nobody in particular, with Ironic's keys. */
export function anonymousContext(requestId: string): RequestContext {
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
    global_request_id: null,
    resource_uuid: null,
    roles: [],
    user_identity: '- - - - -',
    is_admin_project: true,
    auth_token_info: null,
  };
}
