"""Owners of nodes by Ironic's own hash ring: python3 hash_ring.py.

Reads a line of JSON for each installation: connection, hash_ring_algorithm,
hash_partition_exponent. Prints a line of JSON: the owner of every node in its
database, in the order of ids.
"""

import json
import sys

from ironic.common import hash_ring
from ironic.common import service
from ironic.conf import CONF
from ironic.db import api as dbapi

settings = json.loads(sys.argv[1])
service.prepare_service('ironic', ['ironic'])
CONF.set_override('connection', sys.argv[2], 'database')
db = dbapi.get_instance()
nodes = db.get_node_list_columns(
    columns=['id', 'uuid', 'driver', 'conductor_group'],
    sort_key='id') if hasattr(db, 'get_node_list_columns') else (
    db.get_node_list(sort_key='id'))
for algorithm, exponent in settings:
    CONF.set_override('hash_ring_algorithm', algorithm)
    CONF.set_override('hash_partition_exponent', exponent)
    manager = hash_ring.HashRingManager(cache=False)
    rings = manager.ring
    print(json.dumps([
        next(iter(rings['%s:%s' % (node.conductor_group, node.driver)]
                  .get_nodes(node.uuid.encode('utf-8'))))
        for node in nodes]))
