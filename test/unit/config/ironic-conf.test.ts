import {mkdirSync} from 'node:fs';
import {expect} from '@loopback/testlab';
import {
  ConfigurationError,
  ConfigurationSources,
  IronicConf,
  readIronicConf,
} from '../../../src';
import {TempDir} from '../../support/temp-dir';

describe('readIronicConf', () => {
  let dir: TempDir;

  beforeEach(async () => {
    dir = await TempDir.create();
  });
  afterEach(async () => dir.remove());

  describe('of one file', () => {
    it('reads the options that are used and ignores all others', async () => {
      expect(
        await conf(`
[DEFAULT]
host = conductor-a
my_ip = 192.0.2.1
enabled_hardware_types = ipmi,redfish
[glance]
port = 1
[api]
port = 16385
enable_ssl_api = False
`),
      ).to.eql({
        DEFAULT: {host: 'conductor-a', my_ip: '192.0.2.1'},
        api: {port: '16385'},
      });
    });

    it('takes every option of [boot_config], so that typos are seen', async () => {
      expect(await conf('[boot_config]\nfalback = any\n')).to.eql({
        boot_config: {falback: 'any'},
      });
    });

    it('keeps an option apart from what every object has', async () => {
      expect(await conf('[api]\nconstructor = x\n__proto__ = y\n')).to.eql({});
    });

    it('takes a section for the same in any case', async () => {
      expect(
        await conf('[API]\nport = 1\n[Pxe]\nfile_permission = 600\n'),
      ).to.eql({api: {port: '1'}, pxe: {file_permission: '600'}});
    });

    it('leaves an option that is set to nothing as it is', async () => {
      expect(await conf('[api]\npublic_endpoint =\n')).to.eql({
        api: {public_endpoint: ''},
      });
    });

    it('names file and line of what it cannot read', async () => {
      const file = await dir.write('a.conf', '[api]\nport = 1\nwords\n');
      expectProblem(
        {files: [file]},
        {
          section: 'command line',
          option: '--config-file',
          value: file,
          expected: /^readable configuration: line 3: /,
        },
      );
    });

    it('names a file that is missing', () => {
      const file = dir.join('missing.conf');
      expectProblem(
        {files: [file]},
        {
          section: 'command line',
          option: '--config-file',
          value: file,
          expected: /ENOENT/,
        },
      );
    });

    it('names a file that begins with a byte order mark', async () => {
      const file = await dir.write('a.conf', '\ufeff[api]\nport = 1\n');
      expectProblem(
        {files: [file]},
        {
          section: 'command line',
          option: '--config-file',
          value: file,
          expected: /line 1: /,
        },
      );
    });

    it('names a file that is not UTF-8', async () => {
      const bytes = Buffer.from('[api]\n# caf\xe9\n', 'latin1');
      const file = await dir.write('a.conf', bytes);
      expectProblem(
        {files: [file]},
        {
          section: 'command line',
          option: '--config-file',
          value: file,
          expected: /utf-8/,
        },
      );
    });
  });

  describe('of references', () => {
    it('looks in the section of the option, then in [DEFAULT]', async () => {
      const config = await conf(`
[DEFAULT]
my_ip = 192.0.2.1
[api]
port = 16385
public_endpoint = http://$my_ip:$port
`);
      expect(config.api?.public_endpoint).to.eql('http://192.0.2.1:16385');
    });

    it('looks in the section that is named', async () => {
      const config = await conf(`
[api]
port = 16385
[json_rpc]
port = 18089
[pxe]
ipxe_fallback_script = http://\${DEFAULT.my_ip}:\${api.port}/$json_rpc.port
[DEFAULT]
my_ip = 192.0.2.1
`);
      expect(config.pxe?.ipxe_fallback_script).to.eql(
        'http://192.0.2.1:16385/18089',
      );
    });

    it('follows references of references, each from its own section', async () => {
      const config = await conf(`
[DEFAULT]
my_ip = 192.0.2.1
host = node-$my_ip
[api]
port = 16385
public_endpoint = http://$host:$port
[pxe]
ipxe_config_api_root_url = \${api.public_endpoint}/baremetal
[json_rpc]
port = 1
`);
      expect(config.pxe?.ipxe_config_api_root_url).to.eql(
        'http://node-192.0.2.1:16385/baremetal',
      );
    });

    it('refers to options that are not used otherwise', async () => {
      const config = await conf(`
[DEFAULT]
state_path = /srv/ironic
[pxe]
tftp_root = $state_path/tftp
[deploy]
http_root = \${pxe.tftp_root}/http
`);
      expect(config).to.eql({deploy: {http_root: '/srv/ironic/tftp/http'}});
    });

    it("knows the defaults of options, and of Ironic's directories", async () => {
      const config = await conf(`
[pxe]
ipxe_boot_script = $pybasedir/drivers/modules/boot.ipxe
ipxe_fallback_script = http://x:\${json_rpc.port}
[deploy]
http_root = $state_path/http
`);
      expect(config).to.eql({
        pxe: {
          ipxe_boot_script:
            '/usr/lib/python3/dist-packages/ironic/drivers/modules/boot.ipxe',
          ipxe_fallback_script: 'http://x:8089',
        },
        deploy: {http_root: '/var/lib/ironic/http'},
      });
    });

    it('takes two dollars for one', async () => {
      const config = await conf(`
[pxe]
ipxe_fallback_script = http://x/$$mac
`);
      expect(config.pxe?.ipxe_fallback_script).to.eql('http://x/$mac');
    });

    it('does not mind a missing one in an option that is not used', async () => {
      expect(await conf('[glance]\nurl = $nothing\n[api]\nport = 1\n')).to.eql({
        api: {port: '1'},
      });
    });

    for (const [what, value, reference] of [
      ['an option that is not set', 'http://$my_ip:6385', '$my_ip'],
      ['an option of another section', '$tftp_server', '$tftp_server'],
      ['a section that does not exist', '${nothing.port}', '${nothing.port}'],
      ['a section in another case', '${API.port}', '${API.port}'],
      ['a whole section', '$api', '$api'],
      ['what every object has', '$constructor', '$constructor'],
    ]) {
      it(`refuses ${what}`, async () => {
        const file = await dir.write(
          'a.conf',
          `[api]\npublic_endpoint = ${value}\n[pxe]\ntftp_server = 192.0.2.1\n`,
        );
        expectProblem(
          {files: [file]},
          {
            section: 'api',
            option: 'public_endpoint',
            value,
            expected: `references to options that are set: ${reference} refers to an option that is not set`,
          },
        );
      });
    }

    it('refuses a circle, whoever is in it', async () => {
      const file = await dir.write(
        'a.conf',
        '[DEFAULT]\nhost = $my_ip\nmy_ip = ${host}\n[api]\nport = $port\n',
      );
      const error = failureOf({files: [file]});
      expect(error.problems.map(p => [p.section, p.option])).to.eql([
        ['DEFAULT', 'host'],
        ['DEFAULT', 'my_ip'],
        ['api', 'port'],
      ]);
      for (const {expected} of error.problems) {
        expect(expected).to.match(/references go in a circle$/);
      }
    });

    it('tells of every bad option at once, and hides what is secret', async () => {
      const file = await dir.write(
        'a.conf',
        '[api]\nport = $a\n[database]\nconnection = mysql://u:secret@$b/ironic\n',
      );
      const {message} = failureOf({files: [file]});
      expect(message).to.match(/\[api\] port = \$a: /);
      expect(message).to.match(
        /\[database\] connection = \*\*\*: .*\$b refers/,
      );
      expect(message).not.to.match(/secret/);
    });
  });

  describe('of several sources', () => {
    it('lets the later file win, option by option', async () => {
      const files = [
        await dir.write('b.conf', '[api]\nport = 1\nhost_ip = 192.0.2.1\n'),
        await dir.write('a.conf', '[API]\nport = 2\n'),
      ];
      expect(read({files})).to.eql({api: {port: '2', host_ip: '192.0.2.1'}});
    });

    it('resolves references when all is read', async () => {
      const files = [
        await dir.write('a.conf', '[api]\npublic_endpoint = http://$my_ip\n'),
        await dir.write('b.conf', '[DEFAULT]\nmy_ip = 192.0.2.1\n'),
      ];
      expect(read({files}).api).to.eql({
        public_endpoint: 'http://192.0.2.1',
      });
    });

    it('reads the *.conf files of a directory in order of name', async () => {
      for (const [name, port] of [
        ['9-a.conf', 3],
        ['10-b.conf', 2],
        ['B.conf', 4],
        ['z.cfg', 6],
        ['z.conf.orig', 7],
      ] as const) {
        await dir.write(`d/${name}`, `[api]\nport = ${port}\n`);
      }
      await dir.write('d/.hidden.conf', '[api]\nhost_ip = 192.0.2.1\n');
      expect(read({dirs: [dir.join('d')]})).to.eql({api: {port: '4'}});
    });

    it('lets the later of files and directories win', async () => {
      const a = {file: await dir.write('a.conf', '[api]\nport = 1\n')};
      await dir.write('d/a.conf', '[api]\nport = 2\n');
      await dir.write('e/a.conf', '[api]\nport = 3\n');
      const [d, e] = [{dir: dir.join('d')}, {dir: dir.join('e')}];
      expect(read({paths: [a, d]})).to.eql({api: {port: '2'}});
      expect(read({paths: [a, e, d]})).to.eql({api: {port: '2'}});
      expect(read({paths: [d, a, e]})).to.eql({api: {port: '3'}});
      expect(read({paths: [d, e, a]})).to.eql({api: {port: '1'}});
    });

    it('names a directory that is missing', () => {
      expectProblem(
        {dirs: [dir.join('d')]},
        {
          section: 'command line',
          option: '--config-dir',
          value: dir.join('d'),
          expected: /ENOENT/,
        },
      );
    });

    it('names every file that it cannot read', async () => {
      const file = await dir.write('a.conf', 'words\n');
      const {problems} = failureOf({
        files: [dir.join('b.conf'), file],
        dirs: [dir.join('d')],
      });
      expect(problems.map(problem => problem.value).sort()).to.eql([
        file,
        dir.join('b.conf'),
        dir.join('d'),
      ]);
    });

    it('names the file of a directory that it cannot read', async () => {
      mkdirSync(dir.join('d/a.conf'), {recursive: true});
      expectProblem(
        {dirs: [dir.join('d')]},
        {
          section: 'command line',
          option: '--config-file',
          value: dir.join('d/a.conf'),
          expected: /EISDIR/,
        },
      );
    });

    it('takes the environment above all files', async () => {
      const files = [await dir.write('a.conf', '[api]\nport = 1\n')];
      const env = {
        OS_API__PORT: '2',
        OS_DEFAULT__HOST: 'conductor-$my_ip',
        OS_DEFAULT__MY_IP: '192.0.2.1',
        OS_BOOT_CONFIG__RPC_VERSION: '1.60',
        OS_GLANCE__PORT: '3',
        os_api__host_ip: '192.0.2.2',
        OS_AUTH_URL: 'http://192.0.2.3',
      };
      expect(read({files, env})).to.eql({
        DEFAULT: {host: 'conductor-192.0.2.1', my_ip: '192.0.2.1'},
        api: {port: '2'},
        boot_config: {rpc_version: '1.60'},
      });
    });

    it('lets the environment unset an option', async () => {
      const files = [await dir.write('a.conf', '[api]\nport = 1\n')];
      expect(read({files, env: {OS_API__PORT: ''}})).to.eql({api: {port: ''}});
    });

    it('refers to the environment too', async () => {
      const files = [
        await dir.write('a.conf', '[deploy]\nhttp_root = $state_path/http\n'),
      ];
      const env = {OS_DEFAULT__STATE_PATH: '/srv'};
      expect(read({files, env})).to.eql({deploy: {http_root: '/srv/http'}});
    });

    it('takes assignments above everything, the later one last', async () => {
      const files = [await dir.write('a.conf', '[api]\nport = 1\n')];
      const env = {OS_API__PORT: '2'};
      const assignments = [
        'api.port=3',
        'API.port=4',
        'pxe.ipxe_fallback_script=a=b.c',
      ];
      expect(read({files, env, assignments})).to.eql({
        api: {port: '4'},
        pxe: {ipxe_fallback_script: 'a=b.c'},
      });
    });

    for (const assignment of ['api.port', 'port=1', '=', 'api.=1', '.port=1']) {
      it(`refuses the assignment ${assignment}`, () => {
        expectProblem(
          {assignments: [assignment]},
          {
            section: 'command line',
            option: '--set',
            value: assignment,
            expected: 'SECTION.OPTION=VALUE',
          },
        );
      });
    }
  });

  describe("of Ironic's directory", () => {
    beforeEach(async () => {
      await dir.write(
        'etc/ironic.conf',
        '[api]\nport = 1\nhost_ip = 192.0.2.1\n',
      );
      await dir.write('etc/ironic.conf.d/a.conf', '[api]\nport = 2\n');
      await dir.write('a.conf', '[api]\nport = 3\n');
      await dir.write('d/a.conf', '[api]\nport = 4\n');
    });

    it('reads file and directory where nobody names others', () => {
      expect(read({ironicsDirectory: dir.join('etc')})).to.eql({
        api: {port: '2', host_ip: '192.0.2.1'},
      });
    });

    it('reads the directory below a file that is named', () => {
      const ironicsDirectory = dir.join('etc');
      expect(read({ironicsDirectory, files: [dir.join('a.conf')]})).to.eql({
        api: {port: '3'},
      });
    });

    it('reads the file below a directory that is named', () => {
      const ironicsDirectory = dir.join('etc');
      expect(read({ironicsDirectory, dirs: [dir.join('d')]})).to.eql({
        api: {port: '4', host_ip: '192.0.2.1'},
      });
    });

    it('does without', () => {
      expect(read({ironicsDirectory: dir.join('missing')})).to.eql({});
    });
  });

  describe('of where values stand', () => {
    it('names file and line, variable, or --set', async () => {
      const file = await dir.write(
        'a.conf',
        '[api]\nport = 1\n\nhost_ip = a\n[pxe]\nfile_permission =\n  600\n',
      );
      const conf = IronicConf.read(
        sourcesOf({
          files: [file],
          env: {OS_API__PORT: '2', OS_GLANCE__PORT: '3'},
          assignments: ['boot_config.fallback=any'],
        }),
      );
      expect(conf.originOf('api', 'host_ip')).to.equal(`${file}:4`);
      expect(conf.originOf('pxe', 'file_permission')).to.equal(`${file}:6`);
      expect(conf.originOf('api', 'port')).to.equal('OS_API__PORT');
      expect(conf.originOf('boot_config', 'fallback')).to.equal('--set');
      expect(conf.originOf('api', 'public_endpoint')).to.be.undefined();
      expect(conf.unknown()).to.eql([
        {section: 'glance', option: 'port', origin: 'OS_GLANCE__PORT'},
      ]);
    });

    it('tells what is in none of the sections that are used', async () => {
      const file = await dir.write(
        'a.conf',
        '[api]\nprot = 1\nconstructor = x\n[glance]\nport = 1\n[boot_config]\nfalback = any\n',
      );
      const conf = IronicConf.read(sourcesOf({files: [file]}));
      expect(conf.unknown()).to.eql([
        {section: 'api', option: 'prot', origin: `${file}:2`},
        {section: 'api', option: 'constructor', origin: `${file}:3`},
        {section: 'glance', option: 'port', origin: `${file}:5`},
        {section: 'boot_config', option: 'falback', origin: `${file}:7`},
      ]);
    });

    it('knows into which values a secret gets by reference', async () => {
      const file = await dir.write(
        'a.conf',
        `[json_rpc]
password = s3cret
username = $password
[pxe]
ipxe_fallback_script = http://x/\${json_rpc.username}
ipxe_boot_script = /$glance.admin_password
pxe_config_subdir = $nothing
[glance]
admin_password = s3cret
[api]
public_endpoint = http://$port
`,
      );
      const conf = IronicConf.read(sourcesOf({files: [file]}));
      for (const [section, name, secret] of [
        ['json_rpc', 'password', true],
        ['json_rpc', 'username', true],
        ['pxe', 'ipxe_fallback_script', true],
        ['pxe', 'ipxe_boot_script', true],
        ['pxe', 'pxe_config_subdir', false],
        ['api', 'public_endpoint', false],
        ['api', 'host_ip', false],
      ] as const) {
        expect(conf.isSecret(section, name)).to.equal(secret, name);
      }
    });
  });

  async function conf(text: string) {
    return read({files: [await dir.write('ironic.conf', text)]});
  }

  /** Sources for brief: files come before directories. */
  type Sources = Partial<ConfigurationSources> & {
    files?: string[];
    dirs?: string[];
  };

  function sourcesOf({files = [], dirs = [], ...sources}: Sources) {
    return {
      paths: [...files.map(file => ({file})), ...dirs.map(d => ({dir: d}))],
      env: {},
      assignments: [],
      ironicsDirectory: dir.join('no-etc'),
      ...sources,
    };
  }

  function read(sources: Sources) {
    const config = readIronicConf(sourcesOf(sources));
    return Object.fromEntries(
      Object.entries(config).filter(
        ([, options]) => Object.keys(options).length,
      ),
    ) as typeof config;
  }

  function failureOf(sources: Sources): ConfigurationError {
    try {
      read(sources);
    } catch (error) {
      if (error instanceof ConfigurationError) return error;
      throw error;
    }
    throw new Error('it was read');
  }

  function expectProblem(
    sources: Sources,
    problem: Record<string, unknown>,
  ): void {
    const {problems} = failureOf(sources);
    expect(problems).to.have.length(1);
    expect(problems[0]).to.match(problem);
  }
});
