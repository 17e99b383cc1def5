'use strict';

// Removes what the build and the coverage run have made.

const fs = require('fs');
const path = require('path');

for (const directory of ['dist', 'coverage']) {
  fs.rmSync(path.join(__dirname, '..', directory), {
    recursive: true,
    force: true,
  });
}
