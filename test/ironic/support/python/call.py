"""Calls a conductor by Ironic's own JSON-RPC client: python3 call.py PORT CALLS.

CALLS is JSON, a list of objects with method, version and args. Prints one line
of JSON with the outcome of each.
"""

import json
import sys

from ironic.common import context
from ironic.objects import base
from ironic_lib.json_rpc import client
from oslo_config import cfg

CONF = cfg.CONF


def outcome(call):
    topic = 'ironic.127.0.0.1'
    try:
        return {'result': rpc.prepare(topic, version=call['version']).call(
            context.get_admin_context(), call['method'], **call['args'])}
    except Exception as error:
        return {'class': '%s.%s' % (type(error).__module__,
                                    type(error).__name__),
                'message': str(error),
                'code': getattr(error, 'code', None)}


port, calls = sys.argv[1:]
CONF([], project='ironic')
CONF.set_override('port', int(port), 'json_rpc')
CONF.set_override('auth_strategy', 'noauth', 'json_rpc')
rpc = client.Client(base.IronicObjectSerializer())
print(json.dumps([outcome(call) for call in json.loads(calls)]))
