import fs from 'node:fs';
import net from 'node:net';
import {once} from 'node:events';
import {expect} from '@loopback/testlab';
import {StartOptions} from '../../support/process';
import {TempDir} from '../../support/temp-dir';
import {
  ironicConf,
  manifest,
  Outcome,
  runCommand,
  runHere,
  Sections,
} from './support';

const COMMANDS = ['serve', 'conductor', 'demo', 'boot-script', 'config'];
const PASSWORD = 'S3cret';
const USER_FILE = 'htpasswd';
// It writes no root script and so tells of none.
const AGENT: Sections = {boot_config: {conductor_port: 8189}};
const JINJA = 'boot.ipxe.template';
const AT_A_TIME = 3;
const API = 'http://192.0.2.1:6385';

describe('ironic-boot-config', function () {
  this.timeout(60_000);

  let dir: TempDir;
  let store: string;
  let httpRoot: string;
  let files = 0;

  before(async () => {
    dir = await TempDir.create();
    store = await dir.write('store.json', '{"conductors": [], "nodes": []}');
    await dir.write('httpboot/index.html', '');
    httpRoot = dir.join('httpboot');
  });

  after(() => dir.remove());

  describe('stops the start of', () => {
    const bad: [string, Sections, RegExp][] = [
      [
        'serve over a port out of range',
        {api: {port: 65536}},
        /\[api\] port = 65536: expected an integer from 0 to 65535$/,
      ],
      [
        'conductor over a port out of range',
        {json_rpc: {port: 0}},
        /\[json_rpc\] port = 0: expected an integer from 1 to 65535$/,
      ],
      [
        'conductor over links to the API without a root URL',
        {pxe: {ipxe_use_boot_config_api: 'True'}},
        /\[pxe\] ipxe_use_boot_config_api = True: expected a root URL .*ipxe_config_api_root_url.*public_endpoint.*my_ip$/,
      ],
      [
        'serve over a database of another kind',
        {database: {connection: `oracle://ironic:${PASSWORD}@db/ironic`}},
        /\[database\] connection = \*\*\*: expected an SQLAlchemy URL such as mysql\+pymysql:\/\/USER:PASSWORD@HOST\/ironic/,
      ],
      [
        'conductor over a database password with a reference in it',
        {database: {connection: `mysql://ironic:${PASSWORD}$x@db/ironic`}},
        /\[database\] connection = \*\*\*: expected .*\$x refers to an option that is not set$/,
      ],
      [
        'serve without a database',
        {database: {connection: ''}},
        /\[database\] connection \(not set\): expected an SQLAlchemy URL/,
      ],
      [
        'conductor without a database',
        {database: {connection: ''}},
        /\[database\] connection \(not set\): expected an SQLAlchemy URL/,
      ],
      [
        'serve over an embedded store that is not there',
        {database: {connection: 'memory:/no/such.json'}},
        /\[database\] connection = memory:\/no\/such\.json: expected .*ENOENT/,
      ],
      [
        'serve over a transport that is not known',
        {DEFAULT: {rpc_transport: 'pigeon'}},
        /\[DEFAULT\] rpc_transport = pigeon: expected .*json-rpc/,
      ],
      [
        'conductor over a transport that is not known',
        {DEFAULT: {rpc_transport: 'pigeon'}},
        /\[DEFAULT\] rpc_transport = pigeon: expected .*json-rpc/,
      ],
      [
        'conductor over a transport that reaches nobody else',
        {DEFAULT: {rpc_transport: 'none'}},
        /\[DEFAULT\] rpc_transport = none: expected .*json-rpc/,
      ],
      [
        'conductor over an HTTP root that does not exist',
        {deploy: {http_root: '/no/such/root'}},
        /\[deploy\] http_root = \/no\/such\/root: expected a directory that can be read: ENOENT/,
      ],
      [
        'conductor over an HTTP root that is a file',
        {deploy: {http_root: __filename}},
        /\[deploy\] http_root = .*\.js: expected a directory that can be read: not a directory$/,
      ],
      [
        'conductor over a login to Keystone that lacks a password',
        {
          ...AGENT,
          json_rpc: {auth_strategy: 'keystone'},
          keystone_authtoken: {auth_section: 'service'},
          service: {
            auth_url: 'http://127.0.0.1:5000',
            username: 'ironic',
            user_domain_name: 'Default',
          },
        },
        /^ {2}\[keystone_authtoken\] password \(not set\): expected the password of the user, as auth_type is password$/m,
      ],
      [
        'conductor over a user file with a hash other than bcrypt',
        {
          ...AGENT,
          json_rpc: {
            auth_strategy: 'http_basic',
            http_basic_auth_user_file: USER_FILE,
          },
        },
        /\[json_rpc\] http_basic_auth_user_file = .*: expected .*: line 1 is no user name with a bcrypt hash/,
      ],
      [
        'conductor over a certificate that is not there',
        {
          ...AGENT,
          json_rpc: {
            use_ssl: 'True',
            cert_file: '/no/such.pem',
            key_file: '/no/such.key',
          },
        },
        /\[json_rpc\] cert_file = \/no\/such\.pem: expected .*ENOENT/,
      ],
      [
        'serve over a user name that is missing',
        {json_rpc: {auth_strategy: 'http_basic', password: PASSWORD}},
        /\[json_rpc\] username \(not set\): expected the user name/,
      ],
      [
        'serve over a password for Keystone with a reference in it',
        {
          json_rpc: {auth_strategy: 'keystone', auth_section: 'service'},
          service: {password: `${PASSWORD}$x`},
        },
        /\[json_rpc\] password = \*\*\*: expected .*\$x refers to an option that is not set$/,
      ],
      [
        'serve over authorities that are not there',
        {json_rpc: {use_ssl: 'True', cafile: '/no/such.pem'}},
        /\[json_rpc\] cafile = \/no\/such\.pem: expected .*ENOENT/,
      ],
      [
        'boot-script over a template in Jinja',
        {pxe: {ipxe_boot_script: JINJA}},
        /\[pxe\] ipxe_boot_script = .*: expected .*Mustache.*Jinja/,
      ],
    ];
    let outcomes: Outcome[];

    before(async () => {
      await dir.write(USER_FILE, `ironic:{PLAIN}${PASSWORD}\n`);
      await dir.write(JINJA, '#!ipxe\n{% if x %}\n');
      const calls: string[][] = [];
      for (const [what, sections] of bad) {
        const [command] = what.split(' ');
        calls.push([command, '--config-file', await given(sections)]);
      }
      outcomes = await runEach(calls, {cwd: dir.path});
    });

    bad.forEach(([what, , problem], index) =>
      it(what, () => expectOneProblem(outcomes[index], problem)),
    );

    it('all without showing a password', () => {
      expect(JSON.stringify(outcomes)).to.not.containEql(PASSWORD);
    });
  });

  describe('says where the configuration can not be read:', () => {
    it('a file that is not there', async () => {
      expectOneProblem(
        await serve(dir.join('none.conf')),
        /--config-file = .*none\.conf: expected .*ENOENT/,
      );
    });

    it('a line that is none', async () => {
      const conf = await dir.write('bad.conf', '[api]\n\n# Port\nport 80\n');
      expectOneProblem(
        await serve(conf),
        /--config-file = .*bad\.conf: expected .*line 4:/,
      );
    });
  });

  it('lists all that is wrong at once', async () => {
    const conf = await given({
      api: {port: 'x', restrict_boot_config: 'perhaps'},
      boot_config: {request_timeout: 0, timeout: 7},
      database: {connection: 'nowhere'},
    });
    const {code, stderr} = await serve(conf);
    expect(code).to.equal(1);
    const problems = stderr.trimEnd().split('\n').slice(1);
    expect(problems.map(line => line.split(':')[0].trim()).sort()).to.eql([
      '[api] port = x',
      '[api] restrict_boot_config = perhaps',
      '[boot_config] request_timeout = 0',
      '[boot_config] timeout = 7',
      '[database] connection = ***',
    ]);
  });

  it('says which port is in use', async () => {
    const taken = net.createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const {port} = taken.address() as net.AddressInfo;
    const message = new RegExp(
      `^ironic-boot-config: can't listen on 127.0.0.1 port ${port}: .*EADDRINUSE`,
      'm',
    );
    const calls: string[][] = [];
    for (const [command, sections] of [
      ['serve', {api: {port}}],
      ['serve', {boot_config: {ops_port: port}}],
      ['conductor', {json_rpc: {port}}],
    ] as [string, Sections][]) {
      calls.push([command, '--config-file', await given(sections)]);
    }
    for (const {code, stderr} of await runEach(calls)) {
      expect(code).to.equal(1);
      expect(stderr).to.match(message);
    }
    taken.close();
  });

  describe('with a mistake on the command line', () => {
    const mistakes: [string, string[], RegExp][] = [
      ['an unknown command', ['server'], /no command server/],
      ['an unknown flag', ['serve', '--port', '80'], /--port/],
      ['a flag of no command', ['--port'], /--port/],
      ['a flag without its value', ['serve', '--config-file'], /--config-file/],
      ['an argument too many', ['demo', 'now'], /now/],
    ];
    for (const [what, args, message] of mistakes) {
      it(`gives exit code 2: ${what}`, async () => {
        const {code, stdout, stderr} = await runHere(args);
        expect({code, stdout}).to.eql({code: 2, stdout: ''});
        expect(stderr).to.match(message);
        expect(stderr).to.match(/ironic-boot-config --help/);
      });
    }

    it('ends with that exit code', async () => {
      const args = ['serve', '--port', '80'];
      expect(await runCommand(args)).to.eql(await runHere(args));
    });
  });

  describe('tells about itself', () => {
    for (const args of [['--help'], ['-h'], []]) {
      it(`with ${args.join() || 'no arguments'}`, async () => {
        const {code, stdout, stderr} = await runHere(args);
        expect({code, stderr}).to.eql({code: 0, stderr: ''});
        expect(stdout).to.startWith('Usage: ironic-boot-config COMMAND');
        for (const command of COMMANDS) {
          expect(stdout).to.match(new RegExp(`^  ${command} `, 'm'));
        }
      });
    }

    for (const command of COMMANDS) {
      it(`with ${command} --help`, async () => {
        const {code, stdout, stderr} = await runHere([command, '--help']);
        expect({code, stderr}).to.eql({code: 0, stderr: ''});
        expect(stdout).to.startWith(
          `Usage: ironic-boot-config ${command} [OPTIONS]\n`,
        );
        expect(stdout).to.match(/--config-file FILE/);
      });
    }

    for (const command of ['', ...COMMANDS]) {
      it(`with ${command} --version`, async () => {
        const args = command ? [command, '--version'] : ['--version'];
        expect(await runHere(args)).to.eql({
          code: 0,
          stdout: `${manifest.version}\n`,
          stderr: '',
        });
      });
    }

    it('on its standard output', async () => {
      const args = ['--help'];
      expect(await runCommand(args)).to.eql(await runHere(args));
    });
  });

  describe('boot-script', () => {
    const links = {
      pxe: {
        ipxe_use_boot_config_api: 'True',
        ipxe_config_api_root_url: API,
        file_permission: '0o640',
      },
    };

    it('writes the same to standard output and into a file', async () => {
      const args = ['boot-script', '--config-file', await given(links)];
      const output = dir.join('written.ipxe');
      const [printed, written] = await runEach([
        args,
        [...args, '--output', output],
      ]);

      expect(written).to.eql({code: 0, stdout: '', stderr: ''});
      expect(printed).to.containDeep({code: 0, stderr: ''});
      expect(printed.stdout).to.startWith('#!ipxe\n');
      expect(printed.stdout).to.containEql(`${API}/v1/boot/\${`);
      // Without a newline at its end, which Ironic would drop; `stdout` has one.
      expect(`${fs.readFileSync(output, 'utf8')}\n`).to.equal(printed.stdout);
      expect(fs.statSync(output).mode & 0o7777).to.equal(0o640);
    });

    it('replaces a file that differs and leaves one that does not', async () => {
      const args = ['boot-script', '--config-file', await given(links)];
      const output = await dir.write('old.ipxe', '#!ipxe\nold\n');
      await runCommand([...args, '--output', output]);
      expect(fs.readFileSync(output, 'utf8')).to.containEql(`${API}/v1/boot/`);

      const first = fs.statSync(output, {bigint: true});
      expect((await runCommand([...args, '--output', output])).code).to.equal(
        0,
      );
      const second = fs.statSync(output, {bigint: true});
      expect([second.ino, second.mtimeNs]).to.eql([first.ino, first.mtimeNs]);
      const names = fs.readdirSync(dir.path);
      expect(names.filter(name => name.includes('.tmp'))).to.eql([]);
    });
  });

  /** An ironic.conf that is good but for `sections`. */
  async function given(sections: Sections): Promise<string> {
    files += 1;
    return dir.write(
      `ironic-${files}.conf`,
      ironicConf(
        {
          DEFAULT: {rpc_transport: 'json-rpc', host: '127.0.0.1'},
          api: {host_ip: '127.0.0.1', port: 0},
          boot_config: {ops_port: 0},
          database: {connection: `memory:${store}`},
          deploy: {http_root: httpRoot},
        },
        sections,
      ),
    );
  }
});

function serve(conf: string): Promise<Outcome> {
  return runCommand(['serve', '--config-file', conf]);
}

/** Runs the command with each of the arguments, some at a time. */
async function runEach(
  calls: string[][],
  options?: StartOptions,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const left = [...calls.entries()];
  const runLeft = async () => {
    for (let next = left.shift(); next; next = left.shift()) {
      const [index, args] = next;
      outcomes[index] = await runCommand(args, options);
    }
  };
  await Promise.all(Array.from({length: AT_A_TIME}, runLeft));
  return outcomes;
}

function expectOneProblem(outcome: Outcome, problem: RegExp): void {
  const {code, stdout, stderr} = outcome;
  expect({code, stdout}).to.eql({code: 1, stdout: ''});
  const lines = stderr.trimEnd().split('\n');
  expect(lines[0]).to.equal('The configuration is not usable:');
  expect(lines.slice(1).join('\n')).to.match(problem);
  expect(lines.length).to.equal(2);
}
