"""Calls conductors with Ironic's own client: call.py CONF HOST NODE NAME.

Prints a line of JSON with the outcome.
"""

import json
import sys

from ironic_lib.json_rpc.client import Client
from oslo_config import cfg
import plain


class Context:
    request_id = 'req-c8c60123-dbbc-4361-ae91-d33a918be696'

    def to_dict(self):
        return {'request_id': self.request_id}


conf, host, node, name = sys.argv[1:]
cfg.CONF(['--config-file', conf])
call = Client(plain.Serializer()).prepare('conductor.' + host)
try:
    outcome = {'result': call.call(
        Context(), 'get_boot_config', node_id=node, name=name)}
except Exception as error:
    outcome = {'error': type(error).__name__,
               'status': getattr(error, 'http_status', None)}
print(json.dumps(outcome))
