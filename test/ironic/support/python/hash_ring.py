"""Owners of nodes by Ironic's own hash ring.

python3 hash_ring.py CONNECTION SETTINGS NODES_FILE: SETTINGS is JSON, pairs of
hash_ring_algorithm and hash_partition_exponent; the file is JSON, triples of
UUID, driver and conductor group. Prints a line of JSON for each pair, a list of
host names. The conductors are those in Ironic's database at CONNECTION.
"""

import json
import os
import sys

from ironic.common import hash_ring
from ironic.common import service
from ironic.conf import CONF

connection, settings, nodes_file = sys.argv[1:]
service.prepare_service('ironic', ['ironic', '--config-file', os.devnull])
CONF.set_override('connection', connection, 'database')
with open(nodes_file) as file:
    nodes = json.load(file)

for algorithm, exponent in json.loads(settings):
    CONF.set_override('hash_ring_algorithm', algorithm)
    CONF.set_override('hash_partition_exponent', exponent)
    hash_ring.HashRingManager.reset()
    manager = hash_ring.HashRingManager()
    print(json.dumps([
        # As ironic.conductor.rpcapi finds the host of a node.
        next(iter(manager.get_ring(driver, group).get_nodes(uuid.encode())))
        for uuid, driver, group in nodes]), flush=True)
