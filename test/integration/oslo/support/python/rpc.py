"""What both ends of RPC have in common, set as Ironic sets it."""

import oslo_messaging
from oslo_config import cfg

TOPIC = 'ironic.conductor_manager'


def transport(url, conf_file):
    oslo_messaging.set_transport_defaults('ironic')
    conf = cfg.CONF
    conf(['--config-file', conf_file])
    return oslo_messaging.get_rpc_transport(
        conf, url=url, allowed_remote_exmods=['ironic.common.exception'])
