'use strict';

// Makes ready what a command of package.json needs, each as an argument:
//   build         npm packages and dist/, quick when nothing has changed
//   test-servers  the programs that integration and firmware tests run
//   bench-tools   the programs that the benchmarks run
// Says what it does on standard error, since `npm pack` writes to standard
// output. The syntax is old enough to tell users of an old Node.js what to do.

const {spawnSync} = require('child_process');
const fs = require('fs');
const path = require('path');
const {engines} = require('../package.json');

/** A command or the path of a file, and the Debian package that has it. */
const TEST_SERVERS = [
  {file: 'mariadbd', debian: 'mariadb-server-core'},
  {file: '/usr/lib/rabbitmq/bin/rabbitmq-server', debian: 'rabbitmq-server'},
  {
    file: '/usr/lib/python3/dist-packages/oslo_messaging/__init__.py',
    debian: 'python3-oslo.messaging',
  },
  {
    file: '/usr/lib/python3/dist-packages/oslo_config/__init__.py',
    debian: 'python3-oslo.config',
  },
  {
    file: '/usr/lib/python3/dist-packages/keystone/__init__.py',
    debian: 'python3-keystone',
  },
  {
    file: '/usr/lib/python3/dist-packages/ironic_lib/json_rpc/server.py',
    debian: 'python3-ironic-lib',
  },
  {
    file: '/usr/lib/python3/dist-packages/tooz/__init__.py',
    debian: 'python3-tooz',
  },
  {
    file: '/usr/lib/python3/dist-packages/pymysql/__init__.py',
    debian: 'python3-pymysql',
  },
  {
    file: '/usr/lib/python3/dist-packages/ironic/__init__.py',
    debian: 'python3-ironic',
  },
  {file: '/usr/bin/ironic-api', debian: 'ironic-api'},
  {file: '/usr/bin/ironic-conductor', debian: 'ironic-conductor'},
  {file: 'qemu-system-x86_64', debian: 'qemu-system-x86'},
  {file: '/usr/lib/ipxe/qemu/pxe-virtio.rom', debian: 'ipxe-qemu'},
  {file: 'dnsmasq', debian: 'dnsmasq-base'},
  {file: 'openssl', debian: 'openssl'},
  {file: 'apache2', debian: 'apache2'},
  {file: 'haproxy', debian: 'haproxy'},
  {file: 'nginx', debian: 'nginx-light'},
  {file: 'promtool', debian: 'prometheus'},
  {file: 'chromium', debian: 'chromium'},
];

const BENCH_TOOLS = [
  {file: 'mariadbd', debian: 'mariadb-server-core'},
  {file: 'wrk', debian: 'wrk'},
];

const TASKS = {
  build,
  'test-servers': () =>
    programs(
      TEST_SERVERS,
      'The tests need',
      '`npm run test:unit` runs without.',
    ),
  'bench-tools': () => programs(BENCH_TOOLS, 'The benchmarks need', ''),
};

process.chdir(path.join(__dirname, '..'));
checkNode();
const tasks = process.argv.slice(2);
const unknown = tasks.filter(task => !Object.keys(TASKS).includes(task));
if (unknown.length > 0 || tasks.length === 0) {
  stop(`Usage: node scripts/setup.js ${Object.keys(TASKS).join('|')} ...`);
}
tasks.forEach(task => TASKS[task]());

function checkNode() {
  const major = process.versions.node.split('.')[0];
  if (!engines.node.split(' || ').includes(major)) {
    stop(`Node.js ${engines.node} is needed, this is ${process.version}.`);
  }
}

function build() {
  if (!packagesInstalled()) {
    say('Installing npm packages (npm ci) ...');
    // Whatever the outer npm command was told, such as `npm pack --dry-run`.
    quietly('npm', ['ci', '--include=dev', '--dry-run=false']);
  }
  const {status} = spawnSync(
    process.execPath,
    ['node_modules/typescript/bin/tsc'],
    {stdio: 'inherit'},
  );
  if (status !== 0) process.exit(1);
  removeStale('dist');
}

/** Removes what was compiled from files that are there no more. */
function removeStale(directory) {
  for (const entry of fs.readdirSync(directory, {withFileTypes: true})) {
    const file = path.join(directory, entry.name);
    if (entry.isDirectory()) removeStale(file);
    const source = file.match(/^dist.(.*?)(\.d\.ts|\.js|\.js\.map)$/);
    if (source && !fs.existsSync(`${source[1]}.ts`)) fs.rmSync(file);
  }
}

function packagesInstalled() {
  // Inside these npm is at it already.
  if (['ci', 'install'].includes(process.env.npm_command)) return true;
  // npm writes this file last.
  const done = 'node_modules/.package-lock.json';
  return fs.existsSync(done) && modified(done) >= modified('package-lock.json');
}

function modified(file) {
  return fs.statSync(file).mtimeMs;
}

function programs(wanted, need, hint) {
  const missing = wanted.filter(({file}) => !isPresent(file));
  if (missing.length === 0) return;
  const files = missing.map(({file}) => file).join(', ');
  const install = ['install', '-y', '--no-install-recommends'].concat(
    missing.map(({debian}) => debian),
  );
  const advice =
    `${need} ${files}. On Debian or Ubuntu, as root:` +
    ` apt-get ${install.join(' ')}. ${hint}`;
  const root = process.getuid && process.getuid() === 0;
  if (!root || !isPresent('apt-get')) stop(advice);
  say(`Installing: apt-get ${install.join(' ')} ...`);
  const env = Object.assign({}, process.env, {
    DEBIAN_FRONTEND: 'noninteractive',
  });
  startNoServices();
  quietly('apt-get', ['update'], env, advice);
  quietly('apt-get', install, env, advice);
  if (!missing.every(({file}) => isPresent(file))) stop(advice);
}

/** The tests start servers of their own: a package's service stays down. */
function startNoServices() {
  const policy = '/usr/sbin/policy-rc.d';
  if (fs.existsSync(policy)) return;
  // 101 is what forbids it.
  fs.writeFileSync(policy, '#!/bin/sh\nexit 101\n', {mode: 0o755});
  process.on('exit', () => fs.unlinkSync(policy));
}

function isPresent(file) {
  // Servers are not on every user's path.
  const directories = process.env.PATH.split(path.delimiter).concat(
    '/usr/sbin',
  );
  return directories.some(dir => fs.existsSync(path.resolve(dir, file)));
}

/** Shows the output of a command only if it fails, and stops then. */
function quietly(command, args, env, advice) {
  const {status, error, stdout, stderr} = spawnSync(command, args, {
    env: env || process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    maxBuffer: Infinity,
  });
  if (status === 0) return;
  say(error ? error.message : stdout + stderr);
  stop(advice || `${command} ${args.join(' ')} failed.`);
}

function say(line) {
  console.error(line);
}

function stop(line) {
  say(line);
  process.exit(1);
}
