#!/usr/bin/env node
'use strict';

const {main} = require('../dist/src/cli/main');

// What has been started before a start failed would keep the process alive.
main(process.argv.slice(2)).then(code => process.exit(code));
