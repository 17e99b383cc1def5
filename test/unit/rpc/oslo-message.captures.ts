/**
 * Bodies of messages between Ironic 21.4.4's API and conductor, with
 * oslo.messaging 14.0.3, as RabbitMQ carried them; a script is shortened.
 */
export const CAPTURES = {
  request: String.raw`{"oslo.version": "2.0", "oslo.message": "{\"method\": \"get_boot_config\", \"args\": {\"node_id\": \"1be26c0b-03f2-4d2e-ae87-c02d7f33c10d\", \"name\": \"boot.ipxe\"}, \"version\": \"1.56\", \"_msg_id\": \"89ec62ba58b14f90bf74c34b02ad4c0e\", \"_reply_q\": \"reply_07969fbd3e7e44d19143c8501717e937\", \"_timeout\": null, \"_unique_id\": \"3629afb09277421ba979be4e71748ffe\", \"_context_user\": null, \"_context_project_id\": null, \"_context_system_scope\": null, \"_context_project\": null, \"_context_domain\": null, \"_context_user_domain\": null, \"_context_project_domain\": null, \"_context_is_admin\": false, \"_context_read_only\": false, \"_context_show_deleted\": false, \"_context_auth_token\": null, \"_context_request_id\": \"req-c8c60123-dbbc-4361-ae91-d33a918be696\", \"_context_global_request_id\": null, \"_context_resource_uuid\": null, \"_context_roles\": [], \"_context_user_identity\": \"- - - - -\", \"_context_is_admin_project\": true, \"_context_auth_token_info\": null}"}`,
  result: String.raw`{"oslo.version": "2.0", "oslo.message": "{\"result\": \"#!ipxe\\n\\nset attempts:int32 10\\nboot\", \"failure\": null, \"ending\": true, \"_msg_id\": \"89ec62ba58b14f90bf74c34b02ad4c0e\", \"_unique_id\": \"1c9308733f5442dfb22cfa5e83b7289b\"}"}`,
  notFound: String.raw`{"oslo.version": "2.0", "oslo.message": "{\"result\": null, \"failure\": \"{\\\"class\\\": \\\"NotFound\\\", \\\"module\\\": \\\"ironic.common.exception\\\", \\\"message\\\": \\\"Configuration nope.ipxe is not found\\\", \\\"tb\\\": [\\\"Traceback (most recent call last):\\\\n\\\", \\\"  File \\\\\\\"/srv/ironic/conductor_boot.py\\\\\\\", line 19, in boot_get_boot_config\\\\n    raise exception.NotFound('Configuration %s is not found' % name)\\\\n\\\", \\\"ironic.common.exception.NotFound: Configuration nope.ipxe is not found\\\\n\\\"], \\\"args\\\": [\\\"Configuration nope.ipxe is not found\\\"], \\\"kwargs\\\": {\\\"code\\\": 404}}\", \"ending\": true, \"_msg_id\": \"cf5ebce28c244ae788b0e3a3e0e362e9\", \"_unique_id\": \"3285a95fc3734d56957b65728cf1e4dd\"}"}`,
  unsupportedVersion: String.raw`{"oslo.version": "2.0", "oslo.message": "{\"result\": null, \"failure\": \"{\\\"class\\\": \\\"UnsupportedVersion\\\", \\\"module\\\": \\\"oslo_messaging.rpc.dispatcher\\\", \\\"message\\\": \\\"Endpoint does not support RPC version 1.56. Attempted method: get_boot_config\\\", \\\"tb\\\": [\\\"Traceback (most recent call last):\\\\n\\\"], \\\"args\\\": [\\\"Endpoint does not support RPC version 1.56. Attempted method: get_boot_config\\\"], \\\"kwargs\\\": {}}\", \"ending\": true, \"_msg_id\": \"379d68629a3c470e809e622ca962c98f\", \"_unique_id\": \"e7ba24e8d60c47a590f0e0bc9dfb3133\"}"}`,
};

/** The message inside the envelope. */
export function messageIn(body: string | Buffer): Record<string, unknown> {
  const envelope = JSON.parse(body.toString()) as Record<string, string>;
  return JSON.parse(envelope['oslo.message']) as Record<string, unknown>;
}
