import {expect} from '@loopback/testlab';
import {OPTIONS, resolveOptions} from '../../../src';
import {parseIni} from '../../../src/config/ini';
import {sampleConf} from '../../../src/config/sample';

describe('sampleConf', () => {
  const sample = sampleConf();

  it('sets nothing', () => {
    const sections = parseIni(sample);
    expect([...sections.keys()]).to.eql(Object.keys(OPTIONS));
    for (const options of sections.values()) expect(options.size).to.equal(0);
  });

  it('has every option with its default', () => {
    const config = Object.fromEntries(
      [...parseIni(sample.replace(/^#(?=\w+ = )/gm, ''))].map(
        ([section, options]) => [
          section,
          Object.fromEntries(
            [...options].map(([name, {text}]) => [name, text]),
          ),
        ],
      ),
    );
    for (const [section, table] of Object.entries(OPTIONS)) {
      expect(Object.keys(config[section]).sort()).to.eql(
        Object.keys(table).sort(),
      );
    }
    expect(config.DEFAULT.host).to.equal('localhost');
    const defaults = resolveOptions();
    expect(resolveOptions(config)).to.eql({
      ...defaults,
      DEFAULT: {...defaults.DEFAULT, host: 'localhost'},
    });
  });

  it('tells type, range, choices, and what needs no restart', () => {
    expect(sample).to.containEql(`
# Exponent of the number of hash ring partitions per conductor. Must
# be equal on all hosts. (integer value)
# Minimum value: 0
# Maximum value: 16
#hash_partition_exponent = 5
`);
    expect(sample).to.containEql(`(string value)
# Possible values:
# noauth
# keystone
# http_basic
#auth_strategy = <None>
`);
    expect(sample).to.containEql(`
# Log what every request did, step by step. (boolean value)
# Note: This option can be changed without restarting.
#debug = false
`);
    expect(sample).to.match(/^#file_permission = 0o644$/m);
  });

  it("keeps Ironic's options and ours apart", () => {
    const [, api] = /\n\[api\]\n(.*?)\n\[conductor\]/s.exec(sample)!;
    const [ironics, ours] = api.split('# From ironic-boot-config\n');
    expect(ironics).to.match(/^\n#\n# From ironic\n#\n\n/);
    expect(namesIn(ironics)).to.eql(['host_ip', 'port', 'public_endpoint']);
    expect(namesIn(ours)).to.eql(['restrict_boot_config']);
    expect(/\n\[boot_config\]\n(.*)/s.exec(sample)![1]).to.match(
      /^\n#\n# From ironic-boot-config\n#\n\n/,
    );
  });

  it('has no line longer than 70 characters but for one long word', () => {
    for (const line of sample.split('\n')) {
      if (line.length > 70) expect(line).to.match(/^#( \S+|\w+ = \S+)$/);
    }
  });
});

function namesIn(text: string): string[] {
  return [...text.matchAll(/^#(\w+) =/gm)].map(([, name]) => name);
}
