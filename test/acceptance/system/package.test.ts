import fs from 'node:fs';
import path from 'node:path';
import {expect} from '@loopback/testlab';
import {uuidOf} from '../../support/ironic-data';
import {TestProcess} from '../../support/process';
import {TempDir} from '../../support/temp-dir';
import {
  CLOSED,
  manifest,
  PACKAGE_DIRECTORY,
  request,
  served,
  Wire,
} from './support';

const LONGEST_COMMAND_MS = 90_000;
const MAC = '52:54:00:00:00:01';
const NODE = uuidOf('package');
const SCRIPT = '#!ipxe\necho from a package\n';

/** The whole application of somebody who uses the package. */
const APPLICATION = `
import {RestApplication} from '@loopback/rest';
import {
  BootConfigBindings,
  BootConfigComponent,
  ConductorComponent,
} from '${manifest.name}';

async function main(): Promise<void> {
  const app = new RestApplication({rest: {host: '127.0.0.1', port: 0}});
  app.configure(BootConfigBindings.COMPONENT).to({
    DEFAULT: {host: 'conductor-1', rpc_transport: 'none'},
    database: {connection: 'memory:ironic.json'},
    deploy: {http_root: 'httpboot'},
  });
  app.component(BootConfigComponent);
  app.component(ConductorComponent);
  await app.start();
  console.log(\`listening at \${app.restServer.url}\`);
}

void main();
`;

const STORE = {
  conductors: [{hostname: 'conductor-1', hardware_types: ['ipmi']}],
  nodes: [
    {
      uuid: NODE,
      driver: 'ipmi',
      provision_state: 'wait call-back',
      ports: [MAC],
    },
  ],
};

describe('the package', function () {
  this.timeout(2 * LONGEST_COMMAND_MS);

  let dir: TempDir;
  let tarball: string;

  before(async () => {
    dir = await TempDir.create();
    await run(PACKAGE_DIRECTORY, 'npm', 'pack', '--pack-destination', dir.path);
    [tarball] = fs.readdirSync(dir.path);
  });

  after(() => dir.remove());

  it('holds what is needed to run and to debug it, and no more', async () => {
    const {stdout} = await run(dir.path, 'tar', '-tzf', tarball);
    const sources = fs
      .readdirSync(path.join(PACKAGE_DIRECTORY, 'src'), {
        recursive: true,
        withFileTypes: true,
      })
      .filter(entry => entry.isFile())
      .map(({parentPath, name}) =>
        path.relative(PACKAGE_DIRECTORY, path.join(parentPath, name)),
      );
    const compiled = sources.flatMap(source =>
      ['.js', '.js.map', '.d.ts'].map(
        extension => `dist/${source.replace(/\.ts$/, extension)}`,
      ),
    );
    expect(stdout.map(file => file.replace('package/', '')).sort()).to.eql(
      [
        'CHANGELOG.md',
        'LICENSE',
        'README.md',
        'bin/ironic-boot-config.js',
        'openapi.json',
        'package.json',
        'templates/boot.ipxe.mustache',
        ...fs
          .readdirSync(path.join(PACKAGE_DIRECTORY, 'pages'))
          .map(name => `pages/${name}`),
        ...sources,
        ...compiled,
      ].sort(),
    );
  });

  describe('installed into an application of its own', () => {
    let app: string;

    before(async () => {
      app = dir.join('app');
      await givenApplication();
      await run(
        app,
        'npm',
        'install',
        '--prefer-offline',
        '--ignore-scripts',
        '--no-audit',
        '--no-fund',
      );
    });

    it('compiles, with the declarations of the package checked', async () => {
      const {stdout} = await start(app, 'node_modules/.bin/tsc').then(ended);
      // Some of LoopBack's own name EventEmitter without importing it.
      expect(
        stdout.filter(line => !line.startsWith('node_modules/@loopback/')),
      ).to.eql([]);
    });

    it('serves a script', async () => {
      const server = await TestProcess.node('dist/app.js', [], {cwd: app});
      const [, port] = await server.waitForLine(/listening at .*:(\d+)$/);
      const wire = await Wire.open(Number(port));
      wire.send(request(`/v1/boot/${MAC}/boot.ipxe`, {connection: 'close'}));
      expect(await wire.answer()).to.equal(served(SCRIPT, CLOSED));
      await server.stop();
    });

    it('has the command and the OpenAPI document', async () => {
      const {stdout} = await run(
        app,
        'node_modules/.bin/ironic-boot-config',
        '--version',
      );
      expect(stdout).to.eql([manifest.version]);
      await run(
        app,
        process.execPath,
        '-p',
        `require('${manifest.name}/openapi.json').paths['/v1/boot/{mac}/{name}'].get`,
      );
    });
  });

  async function givenApplication() {
    const versions = manifest.devDependencies;
    const dependencies = {
      '@loopback/core': versions['@loopback/core'],
      '@loopback/repository': versions['@loopback/repository'],
      '@loopback/rest': versions['@loopback/rest'],
      typescript: versions.typescript,
      [manifest.name]: `file:../${tarball}`,
    };
    const compilerOptions = {
      target: 'ES2022',
      module: 'node16',
      strict: true,
      skipLibCheck: false,
      types: ['node'],
      outDir: 'dist',
    };
    // The versions that were installed for the tests, so that npm has them all.
    const lock = JSON.parse(
      fs.readFileSync(
        path.join(PACKAGE_DIRECTORY, 'package-lock.json'),
        'utf8',
      ),
    ) as {packages: object};
    const files = {
      'package.json': {name: 'app', private: true, dependencies},
      'package-lock.json': {
        ...lock,
        name: 'app',
        packages: {...lock.packages, '': {name: 'app', dependencies}},
      },
      'tsconfig.json': {compilerOptions, include: ['app.ts']},
      'ironic.json': STORE,
    };
    for (const [name, content] of Object.entries(files)) {
      await dir.write(`app/${name}`, JSON.stringify(content));
    }
    await dir.write('app/app.ts', APPLICATION);
    await dir.write(`app/httpboot/${NODE}/config`, SCRIPT);
  }
});

function start(cwd: string, command: string, ...args: string[]) {
  return TestProcess.start(command, args, {cwd});
}

async function ended(process: TestProcess): Promise<TestProcess> {
  const timer = setTimeout(() => process.kill(), LONGEST_COMMAND_MS);
  await process.exited;
  clearTimeout(timer);
  return process;
}

/** Runs a command that has to succeed. */
async function run(cwd: string, command: string, ...args: string[]) {
  const process = await start(cwd, command, ...args).then(ended);
  const {code} = await process.exited;
  if (code !== 0) {
    throw new Error(
      `${command} ${args.join(' ')}: ${process.lines.join('\n')}`,
    );
  }
  return process;
}
