"""Keystone, from keystone.conf in a directory: keystone.py DIRECTORY PORT PASSWORD.

Does what keystone-manage's db_sync and bootstrap do, in one process with the
server, as each start of Python costs seconds. Says "ready" when it listens.
"""

import os
import sqlite3
import sys

# This directory has the name of what is imported here.
sys.path.pop(0)

from keystone.cmd.bootstrap import Bootstrapper
from keystone.common.sql import upgrades
from keystone.server import configure
from keystone.server.flask.application import application_factory
from keystone.server.flask.core import setup_app_middleware
from werkzeug.serving import make_server


def create_database(file):
    # Keystone reads in one connection while it writes in another.
    connection = sqlite3.connect(file)
    connection.execute('PRAGMA journal_mode = WAL')
    connection.close()
    upgrades.offline_sync_database_to_version()


def bootstrap(password, url):
    bootstrapper = Bootstrapper()
    bootstrapper.admin_username = 'admin'
    bootstrapper.admin_password = password
    bootstrapper.project_name = 'admin'
    bootstrapper.admin_role_name = 'admin'
    bootstrapper.service_name = 'keystone'
    bootstrapper.region_id = 'RegionOne'
    # Where Python looks for it that validates tokens.
    bootstrapper.internal_url = url
    bootstrapper.bootstrap()


def main(directory, port, password):
    # Keystone would read them as its own.
    del sys.argv[1:]
    configure(config_files=[os.path.join(directory, 'keystone.conf')])
    create_database(os.path.join(directory, 'keystone.db'))
    bootstrap(password, 'http://127.0.0.1:%s/v3' % port)
    application = setup_app_middleware(application_factory('public'))
    server = make_server('127.0.0.1', int(port), application, threaded=True)
    print('ready', flush=True)
    server.serve_forever()


main(*sys.argv[1:])
