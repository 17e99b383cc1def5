import fs from 'node:fs';
import {expect} from '@loopback/testlab';
import {TempDir} from '../../support/temp-dir';
import {ironicConf, Outcome, runCommand, runHere, Sections} from './support';

const PASSWORD = 'S3cret';

describe('ironic-boot-config config', function () {
  this.timeout(30_000);

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

  describe('--sample', () => {
    it('writes an ironic.conf that can be used as it is', async () => {
      const sample = await config(['--sample']);
      expect(sample).to.containDeep({code: 0, stderr: ''});
      expect(sample.stdout).to.match(/^\[DEFAULT\]\n/);
      const file = await dir.write('sample.conf', sample.stdout);
      const {stdout} = await config(['--show', '--config-file', file]);
      expect(stdout).to.match(/^ {2}port = 6385 +default$/m);
      expect(stdout).to.match(/^0 other options are set/m);
    });
  });

  describe('--show', () => {
    it('tells each value and where it stands', async () => {
      const file = await given({api: {port: 16385}});
      process.env.OS_PXE__FILE_PERMISSION = '600';
      const {code, stdout, stderr} = await config([
        '--show',
        `--config-file=${file}`,
        '--set=boot_config.fallback=any',
      ]);
      delete process.env.OS_PXE__FILE_PERMISSION;
      expect({code, stderr}).to.eql({code: 0, stderr: ''});
      const line = 1 + linesOf(file).indexOf('port = 16385');
      expect(stdout).to.match(
        new RegExp(
          `^\\[api\\]\\n(  .*\\n)*  port = 16385 +${file}:${line}$`,
          'm',
        ),
      );
      expect(stdout).to.match(
        /^ {2}file_permission = 0o600 +OS_PXE__FILE_PERMISSION$/m,
      );
      expect(stdout).to.match(/^ {2}fallback = any +--set$/m);
      expect(stdout).to.match(/^ {2}restrict_boot_config = True +default$/m);
      expect(stdout).to.match(/^ {2}public_endpoint = <None> +default$/m);
    });

    it('lets the later of files and directories win', async () => {
      const file = await dir.write('order.conf', '[api]\nport = 1\n');
      await dir.write('order.d/a.conf', '[api]\nport = 2\n');
      const paths = [
        `--config-file=${file}`,
        '--config-dir',
        dir.join('order.d'),
      ];
      const later = await config(['--show', ...paths]);
      expect(later.stdout).to.match(/^ {2}port = 2 /m);
      const earlier = await config([
        '--show',
        ...paths.slice(1),
        '--config-file',
        file,
      ]);
      expect(earlier.stdout).to.match(/^ {2}port = 1 /m);
    });

    it('never shows a password', async () => {
      const url = `http://user:${PASSWORD}@192.0.2.1`;
      const file = await given({
        DEFAULT: {transport_url: `rabbit://u:${PASSWORD}@a,v:${PASSWORD}@b/`},
        api: {public_endpoint: url, port: '$json_rpc.password'},
        boot_config: {rpc_version: '${glance.admin_password}', other: url},
        database: {connection: `mysql+pymysql://u:${PASSWORD}/:?@db/ironic`},
        glance: {admin_password: PASSWORD},
        json_rpc: {password: PASSWORD, username: '$password'},
        pxe: {
          ipxe_config_api_root_url: `${url}, ${url}/b`,
          ipxe_boot_script: `ftp://u:${PASSWORD}@h/x`,
        },
      });
      const outcomes: Outcome[] = [];
      for (const action of ['--show', '--check']) {
        for (const json of [[], ['--json']]) {
          outcomes.push(await config([action, '--config-file', file, ...json]));
        }
      }
      outcomes.push(await runHere(['boot-script', '--config-file', file]));
      expect(outcomes.map(({code}) => code)).to.eql([0, 0, 1, 1, 1]);
      expect(JSON.stringify(outcomes).includes(PASSWORD)).to.be.false();
      const [{stdout}] = outcomes;
      expect(stdout).to.containEql('rabbit://u:***@a,v:***@b/');
      expect(stdout).to.containEql('mysql+pymysql://u:***@db/ironic');
      expect(stdout).to.containEql(
        'http://user:***@192.0.2.1,http://user:***@192.0.2.1/b',
      );
      expect(stdout).to.match(/^ {2}username = \*\*\* /m);
    });

    it('tells of what is not known', async () => {
      const file = await given({
        api: {restrict_boot_confg: 'False'},
        'boot-config': {enabled: 'False'},
        boot_config: {falback: 'any'},
        glance: {a: 1, b: 2},
      });
      const {stdout} = await config(['--show', '--config-file', file]);
      expect(stdout.trimEnd().split('\n').slice(-4)).to.match([
        /^\[boot_config\] falback is not known \(.*:\d+\)$/,
        /^warning: \[api\] restrict_boot_confg is .* \[api\] restrict_boot_config\? \(.*:\d+\)$/,
        /^warning: \[boot-config\] enabled is .* \[boot_config\] enabled\? /,
        /^4 other options are set/,
      ]);
    });

    it('is for programs, too', async () => {
      const file = await given({api: {port: 'x'}});
      const args = ['--show', '--json', '--config-file', file];
      const {options} = JSON.parse((await config(args)).stdout) as {
        options: {section: string; option: string}[];
      };
      const ofApi = options.filter(({section}) => section === 'api');
      expect(ofApi).to.containDeep([
        {option: 'host_ip', value: '127.0.0.1'},
        {option: 'port', value: 'x', expected: 'an integer from 0 to 65535'},
        {option: 'public_endpoint', value: null, origin: 'default'},
      ]);
    });
  });

  describe('--check', () => {
    it('is content with what is good', async () => {
      const {code, stdout, stderr} = await check({});
      expect({code, stderr}).to.eql({code: 0, stderr: ''});
      expect(stdout).to.equal(
        'The configuration is usable for serve and conductor.\n',
      );
      // Nothing was written.
      expect(fs.readdirSync(httpRoot)).to.eql(['index.html']);
    });

    it('lists every problem, where it stands, and what it stops', async () => {
      const userFile = dir.join('htpasswd');
      const {code, stdout} = await check({
        api: {port: 'x'},
        boot_config: {falback: 'any'},
        database: {connection: 'memory:/no/such.json'},
        deploy: {http_root: '/no/such/root'},
        json_rpc: {
          auth_strategy: 'http_basic',
          http_basic_auth_user_file: userFile,
          use_ssl: 'True',
          cafile: '/no/such/ca.pem',
          username: 'ironic',
          password: PASSWORD,
          cert_file: '/no/such/cert.pem',
          key_file: '/no/such/key.pem',
        },
        pxe: {ipxe_boot_script: '/no/such.ipxe'},
      });
      expect(code).to.equal(1);
      const told = [
        ...stdout.matchAll(
          /^\[(\w+)\] (\w+) .*: expected .+\n {2}(.*); stops (.*)$/gm,
        ),
      ];
      expect(told.length).to.equal(stdout.trimEnd().split('\n').length / 2);
      const found = told.map(([, section, option, origin, stops]) => {
        expect(origin).to.match(/ironic-\d+\.conf:\d+$/);
        return `[${section}] ${option}: ${stops}`;
      });
      expect(found.sort()).to.eql([
        '[api] port: serve and conductor',
        '[boot_config] falback: serve and conductor',
        '[database] connection: serve and conductor',
        '[deploy] http_root: conductor',
        '[json_rpc] cafile: serve',
        '[json_rpc] cert_file: conductor',
        '[json_rpc] http_basic_auth_user_file: conductor',
        '[pxe] ipxe_boot_script: conductor',
      ]);
    });

    const oneSided: [string, Sections, 'serve' | 'conductor'][] = [
      ['an HTTP root', {deploy: {http_root: '/no/such'}}, 'conductor'],
      [
        'credentials',
        {json_rpc: {auth_type: 'http_basic', password: PASSWORD}},
        'serve',
      ],
      [
        'a user file',
        {
          json_rpc: {
            auth_strategy: 'http_basic',
            auth_type: 'none',
            http_basic_auth_user_file: '/no/such',
          },
        },
        'conductor',
      ],
      ['an unknown transport', {DEFAULT: {rpc_transport: 'pigeon'}}, 'serve'],
    ];
    for (const [what, sections, stopped] of oneSided) {
      it(`is right that ${stopped} does not start without ${what}`, async () => {
        const file = await given(sections);
        const only = ['config', '--check', '--config-file', file, '--for'];
        const {code, stdout} = await runHere([...only, stopped]);
        expect(code).to.equal(1);
        const [, problem] = /^(\[.*)\n/.exec(stdout)!;
        const start = await runCommand([stopped, '--config-file', file]);
        expect(start.code).to.equal(1);
        expect(start.stderr).to.containEql(problem);
      });
    }

    it('looks at one command if asked to', async () => {
      const file = await given({deploy: {http_root: '/no/such'}});
      const args = ['--check', '--config-file', file];
      expect(await config([...args, '--for', 'serve'])).to.eql({
        code: 0,
        stdout: 'The configuration is usable for serve.\n',
        stderr: '',
      });
      expect((await config([...args, '--for', 'conductor'])).code).to.equal(1);
    });

    it('looks at serve alone where it is the conductor, too', async () => {
      const none = {DEFAULT: {rpc_transport: 'none'}};
      expect((await check(none)).stdout).to.equal(
        'The configuration is usable for serve.\n',
      );
      const bad = {...none, deploy: {http_root: '/no/such'}};
      expect((await check(bad)).stdout).to.match(
        /http_root .*\n.*stops serve$/m,
      );
    });

    it('takes what is misspelt for no problem', async () => {
      const {code, stdout} = await check({api: {prot: 1}});
      expect(code).to.equal(0);
      expect(stdout).to.match(/^warning: \[api\] prot .*\[api\] port\?/);
    });

    it('is for programs, too', async () => {
      const file = await given({api: {port: 'x'}});
      const {code, stdout} = await config([
        '--check',
        '--json',
        '--config-file',
        file,
      ]);
      expect(code).to.equal(1);
      expect(JSON.parse(stdout)).to.eql({
        commands: ['serve', 'conductor'],
        findings: [
          {
            section: 'api',
            option: 'port',
            value: 'x',
            expected: 'an integer from 0 to 65535',
            origin: `${file}:${1 + linesOf(file).indexOf('port = x')}`,
            stops: ['serve', 'conductor'],
          },
        ],
        misspellings: [],
      });
    });

    it('tells of files that can not be read', async () => {
      const {code, stdout, stderr} = await config([
        '--check',
        '--config-file',
        dir.join('none.conf'),
      ]);
      expect({code, stdout}).to.eql({code: 1, stdout: ''});
      expect(stderr).to.match(
        /--config-file = .*none\.conf: expected .*ENOENT/,
      );
    });
  });

  for (const args of [
    [],
    ['--show', '--check'],
    ['--show', '--for', 'serve'],
    ['--sample', '--json'],
    ['--check', '--for', 'demo'],
  ]) {
    it(`gives exit code 2: ${args.join(' ') || 'nothing to do'}`, async () => {
      const {code, stdout, stderr} = await config(args);
      expect({code, stdout}).to.eql({code: 2, stdout: ''});
      expect(stderr).to.match(/ironic-boot-config --help/);
    });
  }

  it('does the same as a process', async () => {
    const args = [
      'config',
      '--check',
      '--config-file',
      await given({api: {port: 'x'}}),
    ];
    expect(await runCommand(args)).to.eql(await runHere(args));
  });

  async function check(sections: Sections): Promise<Outcome> {
    return config(['--check', '--config-file', await given(sections)]);
  }

  /** An ironic.conf that is good for both commands but for `sections`. */
  async function given(sections: Sections): Promise<string> {
    files += 1;
    return dir.write(
      `ironic-${files}.conf`,
      ironicConf(
        {
          DEFAULT: {rpc_transport: 'json-rpc', host: '127.0.0.1'},
          api: {host_ip: '127.0.0.1'},
          database: {connection: `memory:${store}`},
          deploy: {http_root: httpRoot},
        },
        sections,
      ),
    );
  }
});

function config(args: string[]): Promise<Outcome> {
  return runHere(['config', ...args]);
}

function linesOf(file: string): string[] {
  return fs.readFileSync(file, 'utf8').split('\n');
}
