import {rm} from 'node:fs/promises';
import {expect} from '@loopback/testlab';
import {
  BootConfigConfig,
  ConfigurationError,
  resolveOptions,
} from '../../../src';
import {finishedRootScript} from '../../../src/conductor/root-script-template';
import {TempDir} from '../../support/temp-dir';

const OLD_API = 'http://10.0.0.1:6385';
const NEW_API = 'http://10.0.0.2:6385';

describe('finishedRootScript', () => {
  let dir: TempDir;
  let file: string;

  beforeEach(async () => {
    dir = await TempDir.create();
    file = dir.join('boot.ipxe');
  });
  afterEach(async () => dir.remove());

  it('is made from the built-in template', async () => {
    const script = await finished({});
    expect(script).to.startWith(
      '#!ipxe\n# Root script of ironic-boot-config\n',
    );
    expect(script).to.containEql(`${NEW_API}/v1/boot/`);
  });

  it('is made from a template of the deployment', async () => {
    await dir.write(
      'boot.ipxe',
      '#!ipxe\n{{#prefixes}}chain {{{prefix}}}x{{{suffix}}}{{/prefixes}}\n',
    );
    expect(await finished({ipxe_boot_script: file})).to.eql(
      `#!ipxe\nchain ${NEW_API}/v1/boot/x/boot.ipxe\n`,
    );
  });

  it('is made from a template that began as the built-in one', async () => {
    await dir.write(
      'boot.ipxe',
      '#!ipxe\n# Root script of ironic-boot-config\necho Ours\n{{#prefixes}}chain {{{prefix}}}\n{{/prefixes}}',
    );
    expect(await finished({ipxe_boot_script: file})).to.match(/echo Ours/);
  });

  it('is a script of the deployment that is finished already', async () => {
    await dir.write('boot.ipxe', '#!ipxe\necho Ours\n');
    expect(await finished({ipxe_boot_script: file})).to.eql(
      '#!ipxe\necho Ours\n',
    );
  });

  it('is made anew where the file is one that was made before', async () => {
    const before = await finished({ipxe_config_api_root_url: OLD_API});
    await dir.write('boot.ipxe', before);
    const script = await finished({ipxe_boot_script: file});
    expect(script).to.eql(await finished({}));
    expect(script).not.to.eql(before);
  });

  for (const path of [
    '/usr/lib/python3/dist-packages/ironic/drivers/modules/boot.ipxe',
    '/usr/lib/python3.11/site-packages/ironic/drivers/modules/boot.ipxe',
    'ironic/drivers/modules/ipxe_config.template',
  ]) {
    it(`is the built-in one where Ironic's own is named, ${path}`, async () => {
      expect(await finished({ipxe_boot_script: path})).to.eql(
        await finished({}),
      );
    });
  }

  it("tells that a template is Jinja's", async () => {
    await dir.write(
      'boot.ipxe',
      '#!ipxe\nchain {{ ipxe_for_mac_uri }}x\n{% if ipxe_fallback_script -%}\n{% endif %}\n',
    );
    await expectProblem(/Mustache.*Jinja's "\{%"/);
  });

  it('tells that a template is missing', async () => {
    await rm(file, {force: true});
    await expectProblem(/ENOENT/);
  });

  it('tells that a template is no iPXE script', async () => {
    await dir.write('boot.ipxe', '<html>');
    await expectProblem(/does not begin with #!ipxe/);
  });

  async function expectProblem(expected: RegExp): Promise<void> {
    const error = (await finished({ipxe_boot_script: file}).then(
      () => new Error('a root script was made'),
      (failure: Error) => failure,
    )) as ConfigurationError;
    expect(error).to.be.instanceOf(ConfigurationError);
    expect(error.problems).to.have.length(1);
    expect(error.problems[0]).to.match({
      section: 'pxe',
      option: 'ipxe_boot_script',
      value: file,
      expected,
    });
  }
});

async function finished(pxe: BootConfigConfig['pxe']): Promise<string> {
  return finishedRootScript(
    resolveOptions({
      pxe: {
        ipxe_use_boot_config_api: true,
        ipxe_config_api_root_url: NEW_API,
        ...pxe,
      },
    }),
  );
}
