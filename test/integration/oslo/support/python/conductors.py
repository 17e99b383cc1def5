"""Conductors in oslo.messaging: python3 conductors.py URL CONF.

CONF is an ironic.conf. conductor-p has get_boot_config; stock is of an older
version, and newer has a newer one without the method.
"""

import sys

import oslo_messaging
import rpc
from ironic.common import exception


class Conductor:
    target = oslo_messaging.Target(version='1.63')

    def get_boot_config(self, context, node_id, name):
        if name == 'context':
            return context['request_id']
        if name == 'unsupported':
            raise exception.UnsupportedDriverExtension('Not with ipmi')
        if name == 'broken':
            raise RuntimeError('broken')
        if name != 'boot.ipxe':
            raise exception.NotFound('Configuration %s is not found' % name)
        return '#!ipxe\r\necho %s \u2028\U0001f5a5\n' % node_id


class Stock:
    target = oslo_messaging.Target(version='1.56')


class Newer:
    target = oslo_messaging.Target(version='1.70')


transport = rpc.transport(*sys.argv[1:])
servers = [
    oslo_messaging.get_rpc_server(
        transport, oslo_messaging.Target(topic=rpc.TOPIC, server=host),
        [endpoint], executor='threading')
    for host, endpoint in (
        ('conductor-p', Conductor()), ('stock', Stock()), ('newer', Newer()))
]
for server in servers:
    server.start()
print('ready', flush=True)
for server in servers:
    server.wait()
