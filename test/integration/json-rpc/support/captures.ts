/**
 * What went between ironic-api 21.4.4, or curl, and ironic-conductor 21.4.4.
 * Where only another method was at hand, its name is replaced.
 */
export interface Exchange {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
  answer: {status: string; headers: Record<string, string>; body: string};
}

/** Of the node that the calls are about. */
export const UUID = '1be26c0b-03f2-4d2e-ae87-c02d7f33c10d';

/** The script that the captured answer holds, here a short one. */
export const SCRIPT = '#!ipxe\n\nset attempts:int32 10\nboot';

const UNKNOWN_UUID = '00000000-0000-0000-0000-000000000000';

const ASKED_BY_IRONIC = {
  Host: 'conductor-a:18089',
  'User-Agent':
    'ironic-api keystoneauth1/5.0.0 python-requests/2.28.1 CPython/3.11.2',
  'Accept-Encoding': 'gzip, deflate',
  Accept: '*/*',
  'Content-Type': 'application/json',
  'X-Auth-Token': 'notused',
};

const ASKED_BY_CURL = {
  Host: '127.0.0.11:18089',
  'User-Agent': 'curl/7.88.1',
  Accept: '*/*',
  'Content-Type': 'application/json',
};

const CONTEXT =
  '{"user": null, "project_id": null, "system_scope": null, "project": null, "domain": null, "user_domain": null, "project_domain": null, "is_admin": false, "read_only": false, "show_deleted": false, "auth_token": null, "request_id": "req-e857fa73-7f84-4fb2-9fd2-9687f5edc304", "global_request_id": null, "resource_uuid": null, "roles": [], "user_identity": "- - - - -", "is_admin_project": true, "auth_token_info": null}';

function askedByIronic(name: string, answer: string): Exchange {
  return {
    method: 'POST',
    path: '/',
    headers: ASKED_BY_IRONIC,
    body: `{"jsonrpc": "2.0", "method": "get_boot_config", "params": {"node_id": "${UUID}", "name": "${name}", "context": ${CONTEXT}, "rpc.version": "1.56"}, "id": "req-e857fa73-7f84-4fb2-9fd2-9687f5edc304"}`,
    answer: json('200 OK', answer),
  };
}

function askedByCurl(
  body: string,
  answer: Exchange['answer'] | string,
  change: Partial<Exchange> = {},
): Exchange {
  return {
    method: 'POST',
    path: '/',
    headers: ASKED_BY_CURL,
    body,
    answer: typeof answer === 'string' ? json('200 OK', answer) : answer,
    ...change,
  };
}

function json(status: string, body: string): Exchange['answer'] {
  return {
    status,
    headers: {
      'Content-Type': 'application/json',
      'Content-Length': String(Buffer.byteLength(body)),
    },
    body,
  };
}

export const EXCHANGES: Record<string, Exchange> = {
  'a script': askedByIronic(
    'boot.ipxe',
    `{"jsonrpc":"2.0","result":${JSON.stringify(SCRIPT)},"id":"req-e857fa73-7f84-4fb2-9fd2-9687f5edc304"}`,
  ),
  'a name that is not found': askedByIronic(
    'nope.ipxe',
    '{"jsonrpc":"2.0","id":"req-e857fa73-7f84-4fb2-9fd2-9687f5edc304","error":{"code":404,"message":"Configuration nope.ipxe is not found","data":{"class":"ironic.common.exception.NotFound"}}}',
  ),
  'a method that is not found': askedByCurl(
    `{"jsonrpc":"2.0","id":"1","method":"get_boot_devices","params":{"context":{},"node_id":"${UUID}","name":"boot.ipxe"}}`,
    '{"jsonrpc":"2.0","id":"1","error":{"code":-32601,"message":"Method get_boot_devices was not found"}}',
  ),
  'a node that is not found': askedByCurl(
    `{"jsonrpc":"2.0","id":"5","method":"get_boot_config","params":{"context":{"user":"x"},"node_id":"${UNKNOWN_UUID}","name":"boot.ipxe","rpc.version":"1.17"}}`,
    `{"jsonrpc":"2.0","id":"5","error":{"code":404,"message":"Node ${UNKNOWN_UUID} could not be found.","data":{"class":"ironic.common.exception.NodeNotFound"}}}`,
  ),
  'an empty context': askedByCurl(
    `{"jsonrpc":"2.0","id":"4","method":"get_boot_config","params":{"context":{},"node_id":"${UUID}","name":"boot.ipxe"}}`,
    `{"jsonrpc":"2.0","result":${JSON.stringify(SCRIPT)},"id":"4"}`,
  ),
  'what is not JSON': askedByCurl(
    '{bad',
    '{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Invalid JSON received by RPC server"}}',
  ),
  'a list': askedByCurl(
    '[1]',
    '{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"Invalid request object received by RPC server"}}',
  ),
  'no version': askedByCurl(
    '{"id":"6","method":"x"}',
    '{"jsonrpc":"2.0","id":"6","error":{"code":-32600,"message":"Invalid request object received by RPC server"}}',
  ),
  'another method of HTTP': askedByCurl(
    '',
    json(
      '405 Method Not Allowed',
      '{"error":{"code":405,"message":"Only POST method can be used"}}',
    ),
    {method: 'GET'},
  ),
  'another path, no content type and a number for an id': askedByCurl(
    `{"jsonrpc":"2.0","id":7,"method":"get_boot_config","params":{"context":{},"node_id":"${UUID}","name":"boot.ipxe"}}`,
    `{"jsonrpc":"2.0","result":${JSON.stringify(SCRIPT)},"id":7}`,
    {
      path: '/v9/x',
      headers: {
        Host: '127.0.0.11:18089',
        'User-Agent': 'curl/7.88.1',
        Accept: '*/*',
      },
    },
  ),
};
