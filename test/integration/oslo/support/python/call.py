"""Calls a conductor with oslo.messaging: python3 call.py URL CONF HOST CALLS.

CONF is an ironic.conf. CALLS is JSON, a list of objects with method, version
and args. Prints one line of JSON with the outcome of each.
"""

import json
import sys

import oslo_messaging
import rpc

CONTEXT = {
    'user': None,
    'project_id': None,
    'is_admin': False,
    'auth_token': None,
    'request_id': 'req-c8c60123-dbbc-4361-ae91-d33a918be696',
    'roles': [],
    'user_identity': '- - - - -',
}


def outcome(client, call):
    try:
        return {'result': client.prepare(version=call['version']).call(
            CONTEXT, call['method'], **call['args'])}
    except oslo_messaging.RemoteError as error:
        return {'remote': error.exc_type, 'message': error.value}
    except Exception as error:
        return {'class': type(error).__name__,
                'module': type(error).__module__,
                'message': str(error).strip(),
                'code': getattr(error, 'code', None)}


url, conf_file, host, calls = sys.argv[1:]
client = oslo_messaging.RPCClient(
    rpc.transport(url, conf_file),
    oslo_messaging.Target(topic='%s.%s' % (rpc.TOPIC, host), version='1.0'),
    timeout=10)
print(json.dumps([outcome(client, call) for call in json.loads(calls)]))
