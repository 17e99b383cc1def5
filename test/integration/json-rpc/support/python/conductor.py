"""A conductor that answers JSON-RPC with Ironic's own server: conductor.py CONF.

Says "ready" when it listens.
"""

import sys

import eventlet

eventlet.monkey_patch()

from ironic_lib.json_rpc.server import WSGIService
from oslo_config import cfg
from oslo_service import service
import plain


class Manager:
    def get_boot_config(self, context, node_id, name):
        return '#!ipxe\necho %s %s\n' % (node_id, name)


cfg.CONF(['--config-file', sys.argv[1]])
launcher = service.launch(
    cfg.CONF, WSGIService(Manager(), plain.Serializer()))
print('ready', flush=True)
launcher.wait()
