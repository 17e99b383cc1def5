"""What oslo.config reads: python3 read.py CASES.

CASES is a file of JSON: "options", a list of [section, name, default], and
"cases", each with "args", a command line, and "env", variables. Prints a list
of JSON, for each case a list with the values of the options, or the class of
the error instead of a value or of the whole list.
"""

import json
import os
import sys

from oslo_config import cfg

with open(sys.argv[1]) as file:
    given = json.load(file)


def value(conf, section, name):
    try:
        if section == 'DEFAULT':
            return {'value': conf[name]}
        return {'value': conf[section][name]}
    except Exception as error:
        return {'error': type(error).__name__}


def outcome(case):
    conf = cfg.ConfigOpts()
    for section, name, default in given['options']:
        conf.register_opt(
            cfg.StrOpt(name, default=default),
            group=None if section == 'DEFAULT' else section)
    os.environ.update(case['env'])
    try:
        conf(case['args'], project='ironic', default_config_files=[],
             default_config_dirs=[])
        return [value(conf, section, name)
                for section, name, _ in given['options']]
    except (Exception, SystemExit) as error:
        return {'error': type(error).__name__}
    finally:
        for name in case['env']:
            del os.environ[name]


print(json.dumps([outcome(case) for case in given['cases']]))
