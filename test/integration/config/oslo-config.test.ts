import path from 'node:path';
import {expect} from '@loopback/testlab';
import {
  BootConfigConfig,
  ConfigPath,
  ConfigurationError,
  IronicConf,
} from '../../../src';
import {optionAt} from '../../../src/config/option-problem';
import {Random, SEED} from '../../faults/support/random';
import {TestProcess} from '../../support/process';
import {projectRoot} from '../../support/project';
import {TempDir} from '../../support/temp-dir';

const PYTHON = '/usr/bin/python3';
const SCRIPT = path.join(
  projectRoot,
  'test/integration/config/support/read.py',
);
const CASES = 400;

/** Options that have a default, so that references to them are sound. */
const OPTIONS: [section: string, name: string][] = [
  ['DEFAULT', 'control_exchange'],
  ['DEFAULT', 'rpc_transport'],
  ['api', 'host_ip'],
  ['api', 'port'],
  ['deploy', 'http_root'],
  ['json_rpc', 'port'],
  ['pxe', 'pxe_config_subdir'],
];

const SECTIONS = ['DEFAULT', 'api', 'API', 'deploy', 'json_rpc', 'pxe', 'Pxe'];

// Without ${DEFAULT.name}, which oslo.config has no group for.
const REFERENCES = [
  '$port',
  '${port}',
  '$api.port',
  '${json_rpc.port}',
  '$rpc_transport',
  '${control_exchange}',
  '$http_root/x',
  '$$port',
  '\\$port',
  '${pxe.pxe_config_subdir}',
  '$',
  '${}',
  '$1',
];

const VALUES = [
  '1',
  'a b',
  'x = y',
  'x: y',
  '"quoted"',
  "'quoted'",
  '"half',
  '# no comment',
  'a # b',
  '',
  '""',
  'caf\u00e9 \u2028',
  '<None>',
  '%(port)s',
];

/** A command line with its files, and variables. */
interface Case {
  paths: ConfigPath[];
  env: Record<string, string>;
}

/** What was read: values, or that something could not be. */
type Outcome = 'error' | ('error' | {value: string})[];

describe('ironic.conf as oslo.config reads it', function () {
  this.timeout(60_000);

  let dir: TempDir;

  before(async () => {
    dir = await TempDir.create();
  });
  after(() => dir?.remove());

  it(`is read the same, whatever it holds (FUZZ_SEED=${SEED})`, async () => {
    const random = new Random(SEED);
    const cases: Case[] = [];
    for (let index = 0; index < CASES; index++) {
      cases.push(await writeCase(random, `case-${index}`));
    }
    const expected = await readByOslo(cases);
    const read = cases.map(readHere);
    for (const [index, outcome] of read.entries()) {
      expect({...cases[index], outcome}).to.eql({
        ...cases[index],
        outcome: expected[index],
      });
    }
    // Neither only faults nor only plain values.
    const refused = expected.filter(outcome => outcome === 'error').length;
    expect(refused).to.be.within(CASES / 20, CASES / 2);
  });

  async function writeCase(random: Random, name: string): Promise<Case> {
    const paths: ConfigPath[] = [];
    for (let index = 1 + random.below(4); index > 0; index--) {
      const at = `${name}/${index}`;
      if (random.oneIn(3)) {
        for (const file of random
          .shuffled(['a.conf', 'B.conf', '10.conf', '9.conf', '.h.conf', 'x'])
          .slice(0, 1 + random.below(3))) {
          await dir.write(`${at}/${file}`, textOf(random));
        }
        paths.push({dir: dir.join(at)});
      } else {
        const file = await dir.write(`${at}.conf`, textOf(random));
        paths.push({file});
        if (random.oneIn(4)) paths.push({file});
      }
    }
    const env: Record<string, string> = {};
    if (random.oneIn(3)) {
      const [section, option] = random.pick(OPTIONS);
      env[`OS_${section}__${option}`.toUpperCase()] = valueOf(random);
    }
    return {paths: random.shuffled(paths), env};
  }

  async function readByOslo(cases: Case[]): Promise<Outcome[]> {
    const file = await dir.write(
      'cases.json',
      JSON.stringify({
        options: OPTIONS.map(([section, name]) => [
          section,
          name,
          String(optionAt(section, name)!.default),
        ]),
        cases: cases.map(({paths, env}) => ({
          args: paths.flatMap(one =>
            'file' in one
              ? ['--config-file', one.file]
              : [`--config-dir=${one.dir}`],
          ),
          env,
        })),
      }),
    );
    const python = await TestProcess.start(PYTHON, [SCRIPT, file]);
    const {code} = await python.exited;
    expect({code, stderr: python.stderr}).to.eql({code: 0, stderr: []});
    type Told = {error: string} | ({error: string} | {value: string})[];
    const told = JSON.parse(python.stdout.join('\n')) as Told[];
    return told.map(outcome =>
      'error' in outcome
        ? 'error'
        : outcome.map(one => ('error' in one ? 'error' : one)),
    );
  }

  function readHere({paths, env}: Case): Outcome {
    const sources = {
      paths,
      env,
      assignments: [],
      ironicsDirectory: dir.join('nowhere'),
    };
    try {
      const {config, problems} = IronicConf.read(sources).used();
      return OPTIONS.map(([section, name]) =>
        problems.some(p => p.section === section && p.option === name)
          ? 'error'
          : {value: valueIn(config, section, name)},
      );
    } catch (error) {
      if (error instanceof ConfigurationError) return 'error';
      throw error;
    }
  }
});

function valueIn(config: BootConfigConfig, section: string, name: string) {
  const values = config as Record<string, Record<string, string> | undefined>;
  return values[section]?.[name] ?? String(optionAt(section, name)!.default);
}

/**
 * The text of a file. Options are set in their own sections, and those of
 * `[DEFAULT]` in all: of any other that is misplaced, oslo.config knows that it
 * is none, having all of Ironic's.
 */
function textOf(random: Random): string {
  const lines: string[] = [];
  let section = random.pick(SECTIONS);
  if (!random.oneIn(40)) lines.push(`[${section}]`);
  for (let left = random.below(12); left > 0; left--) {
    if (random.oneIn(8)) {
      section = random.pick(SECTIONS);
      lines.push(`[${section}]`);
    } else {
      lines.push(lineOf(random, section.toLowerCase()));
    }
  }
  return lines
    .map(one => one + random.pick(['\n', '\n', '\n', '\r\n']))
    .join('');
}

function lineOf(random: Random, section: string): string {
  const [, name] = random.pick(
    OPTIONS.filter(([of]) => of === 'DEFAULT' || of === section),
  );
  const assignment = `${name}${random.pick([' = ', '=', ' : ', ':', '\t=\t'])}${valueOf(random)}`;
  return random.pick([
    assignment,
    assignment,
    assignment,
    assignment,
    `# ${name} = 1`,
    `; ${name} = 1`,
    random.oneIn(8) ? '  lonely' : '',
    random.oneIn(12) ? 'words' : `${assignment}\n   next, ${name}`,
    `${assignment}\n\t# goes on\n  and on  `,
  ]);
}

function valueOf(random: Random): string {
  return random.oneIn(3) ? random.pick(REFERENCES) : random.pick(VALUES);
}
