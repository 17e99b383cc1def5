"""A conductor by Ironic's own JSON-RPC server: python3 conductor.py PORT.

It has get_boot_config and nothing else, as an Ironic may have it one day.
"""

import sys

from ironic.common import exception
from ironic_lib.json_rpc import server
from oslo_config import cfg
from oslo_messaging import NoOpSerializer
from oslo_messaging import expected_exceptions
from oslo_service import service

CONF = cfg.CONF


class Manager:
    @expected_exceptions(exception.NotFound,
                         exception.UnsupportedDriverExtension)
    def get_boot_config(self, context, node_id, name):
        if name == 'context':
            return context.request_id
        if name == 'unsupported':
            raise exception.UnsupportedDriverExtension(
                driver='ipmi', extension='get_boot_config')
        if name == 'unknown-node':
            raise exception.NodeNotFound(node=node_id)
        if name == 'broken':
            raise RuntimeError('broken')
        if name != 'boot.ipxe':
            raise exception.NotFound('Configuration %s is not found' % name)
        return '#!ipxe\r\necho %s \u2028\U0001f5a5\n' % node_id


CONF([], project='ironic')
CONF.set_override('host_ip', '127.0.0.1', 'json_rpc')
CONF.set_override('port', int(sys.argv[1]), 'json_rpc')
CONF.set_override('auth_strategy', 'noauth', 'json_rpc')
launcher = service.launch(
    CONF, server.WSGIService(Manager(), NoOpSerializer()))
print('ready', flush=True)
launcher.wait()
