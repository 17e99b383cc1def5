import {readFileSync} from 'node:fs';
import path from 'node:path';
import {expect} from '@loopback/testlab';
import {BootConfigConfig, resolveOptions} from '../../../src';
import {
  renderRootScript,
  rootScriptView,
} from '../../../src/conductor/root-script';
import {projectRoot} from '../../support/project';
import {readRootScript} from './support/root-script-text';

const TEMPLATE = readFileSync(
  path.join(projectRoot, 'templates/boot.ipxe.mustache'),
  'utf8',
);

const VARIANTS: Record<string, [BootConfigConfig, string[]]> = {
  'the HTTP server, as Ironic does': [{}, ['pxelinux.cfg/<MAC>']],
  'another directory of the HTTP server': [
    {pxe: {pxe_config_subdir: 'nics'}},
    ['nics/<MAC>'],
  ],
  'the HTTP server, with the API configured but not used': [
    {
      api: {public_endpoint: 'http://api.example.org'},
      pxe: {ipxe_config_api_root_url: 'http://10.0.0.1'},
    },
    ['pxelinux.cfg/<MAC>'],
  ],
  'one API': [
    {
      pxe: {
        ipxe_use_boot_config_api: true,
        ipxe_config_api_root_url: 'http://10.0.0.1:6385',
      },
    },
    ['http://10.0.0.1:6385/v1/boot/<MAC>/boot.ipxe'],
  ],
  'several APIs, in order': [
    {
      pxe: {
        ipxe_use_boot_config_api: 'yes',
        ipxe_config_api_root_url:
          'http://10.0.0.2:6385, http://10.0.0.1/baremetal/,\nhttps://[2001:db8::1]//',
      },
      api: {public_endpoint: 'http://api.example.org'},
      DEFAULT: {my_ip: '192.0.2.1'},
    },
    [
      'http://10.0.0.2:6385/v1/boot/<MAC>/boot.ipxe',
      'http://10.0.0.1/baremetal/v1/boot/<MAC>/boot.ipxe',
      'https://[2001:db8::1]/v1/boot/<MAC>/boot.ipxe',
    ],
  ],
  'the public endpoint of the API': [
    {
      pxe: {ipxe_use_boot_config_api: true},
      api: {public_endpoint: 'http://api.example.org/baremetal/'},
      DEFAULT: {my_ip: '192.0.2.1'},
    },
    ['http://api.example.org/baremetal/v1/boot/<MAC>/boot.ipxe'],
  ],
  'the API on the same host': [
    {
      pxe: {ipxe_use_boot_config_api: true},
      api: {port: 16385},
      DEFAULT: {my_ip: '192.0.2.1'},
    },
    ['http://192.0.2.1:16385/v1/boot/<MAC>/boot.ipxe'],
  ],
  'the API on the same host by IPv6': [
    {
      pxe: {ipxe_use_boot_config_api: true},
      DEFAULT: {my_ip: '2001:db8::1'},
    },
    ['http://[2001:db8::1]:6385/v1/boot/<MAC>/boot.ipxe'],
  ],
  'a URL with what HTML and Mustache would take for their own': [
    {
      pxe: {
        ipxe_use_boot_config_api: true,
        ipxe_config_api_root_url: 'http://10.0.0.1/a&b=<c>/`d`',
      },
    },
    ['http://10.0.0.1/a&b=<c>/`d`/v1/boot/<MAC>/boot.ipxe'],
  ],
};

describe('the root script', () => {
  for (const [what, [config, links]] of Object.entries(VARIANTS)) {
    describe(`that looks for scripts at ${what}`, () => {
      for (const fallback of [undefined, 'http://10.0.0.9/f.ipxe?a=1&b="x"']) {
        for (const chain_timeout of [undefined, '2.5']) {
          const suffix = [
            fallback ? 'with a fallback' : 'without a fallback',
            chain_timeout ? `giving up after ${chain_timeout} s` : '',
          ].join(' ');
          it(`is a sound script, ${suffix}`, () => {
            const script = render({
              ...config,
              pxe: {...config.pxe, ipxe_fallback_script: fallback},
              boot_config: {chain_timeout},
            });
            const text = readRootScript(script);
            expect(text.links).to.eql(links);
            expect(text.oldRomLinks).to.eql(links);
            const timeout = chain_timeout ? 2500 : 10_000;
            for (const command of text.fetches) {
              expect(command).to.match(
                new RegExp(`^\\w+ --timeout ${timeout} `),
              );
            }
            // These ROMs have no --timeout.
            for (const command of text.oldRomFetches) {
              expect(command).not.to.match(/--timeout/);
            }
            const fallbacks = [...text.fetches, ...text.oldRomFetches].filter(
              command => command.includes(`${fallback} `),
            );
            expect(fallbacks).to.have.length(fallback ? 2 : 0);
            expectSound(script);
          });
        }
      }
    });
  }

  it('is marked, so that it is not taken for a template', () => {
    expect(render({}).split('\n').slice(0, 2)).to.eql([
      '#!ipxe',
      '# Root script of ironic-boot-config',
    ]);
  });
});

describe('renderRootScript', () => {
  const view = rootScriptView(
    resolveOptions({
      pxe: {
        ipxe_use_boot_config_api: true,
        ipxe_config_api_root_url: 'http://a,http://b',
        ipxe_fallback_script: 'f',
      },
    }),
  );

  it('gives a template of its own all that it may want', () => {
    const template = [
      '#!ipxe',
      '{{#useBootConfigApi}}api{{/useBootConfigApi}}',
      '{{#prefixes}}{{{prefix}}}X{{{suffix}}} {{/prefixes}}',
      '{{{fallbackScript}}} {{chainTimeout}}',
      '{{^useBootConfigApi}}files{{/useBootConfigApi}}',
    ].join('\n');
    expect(renderRootScript(template, view)).to.eql(
      '#!ipxe\napi\nhttp://a/v1/boot/X/boot.ipxe http://b/v1/boot/X/boot.ipxe \nf 10000\n',
    );
    expect(view.attempts).to.be.above(1);
    expect(view.pause).to.be.above(0);
  });

  it('takes a finished script as it is', () => {
    const script = '#!ipxe\nchain http://a/${mac:hexhyp} || reboot\n';
    expect(renderRootScript(script, view)).to.eql(script);
  });

  it("refuses a template of Jinja's", () => {
    expect(() =>
      renderRootScript('#!ipxe\n{% if x %}boot{% endif %}\n', view),
    ).to.throw(/Jinja.*Mustache/);
  });

  it('refuses a template that is broken', () => {
    expect(() => renderRootScript('#!ipxe\n{{#prefixes}}\n', view)).to.throw(
      /prefixes/,
    );
  });

  for (const text of ['', '\n#!ipxe\n', '#!/bin/sh\n', '<html>', ' #!ipxe\n']) {
    it(`refuses what does not become a script, ${JSON.stringify(text)}`, () => {
      expect(() => renderRootScript(text, view)).to.throw(
        /does not begin with #!ipxe/,
      );
    });
  }
});

function render(config: BootConfigConfig): string {
  return renderRootScript(TEMPLATE, rootScriptView(resolveOptions(config)));
}

/** What holds of every root script. */
function expectSound(script: string): void {
  expect(script).to.startWith('#!ipxe\n');
  expect(script).to.endWith('\n');
  // iPXE takes a single bar for a part of a word.
  expect(script.replaceAll('||', '')).not.to.match(/\|/);
  expect(script).not.to.match(/&(?:amp|lt|gt|quot|#\w+);/);
  // Ironic renders the file once more, with Jinja.
  expect(script).not.to.match(/\{\{|\{%|\{#/);
  const {labels, targets} = readRootScript(script);
  expect(new Set(labels).size).to.eql(labels.length);
  expect([...new Set(targets)].sort()).to.eql(
    [...new Set(targets)].filter(target => labels.includes(target)).sort(),
  );
}
