#!/usr/bin/env node
'use strict';

const {heedHangups} = require('../dist/src/cli/hangup');

// All else takes a while to load, and a service must not end by it.
if (['serve', 'conductor'].includes(process.argv[2])) heedHangups();

const {main} = require('../dist/src/cli/main');

// What has been started before a start failed would keep the process alive.
main(process.argv.slice(2)).then(code => process.exit(code));
