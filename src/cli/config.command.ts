import {IronicConf} from '../config';
import {describeProblem} from '../config/configuration-error';
import {
  EffectiveOption,
  effectiveOptions,
  Misspelling,
  misspellings,
} from '../config/effective-options';
import {sampleConf} from '../config/sample';
import {Command, CommandFailed, Flags, UsageError} from './command';
import {Checked, CHECKED, Finding, findingsOf} from './config-check';

const ACTIONS = ['sample', 'show', 'check'] as const;

export const config: Command = {
  name: 'config',
  summary: 'write a sample ironic.conf, show the options, or check them',
  help: `  --sample            write an ironic.conf with all options, commented out
  --show              show the value of every option, and where it comes from:
                      FILE:LINE, a variable, or the default; without secrets
  --check             check all options and the files that they name, as at the
                      start of serve and conductor; exit code 1 if one of them
                      would not start. With [DEFAULT] rpc_transport = none,
                      conductor is not looked at
  --for COMMAND       check for serve or for conductor alone
  --json              show or check for a program to read

  ironic-boot-config config --check --config-file /etc/ironic/ironic.conf`,
  flags: {
    sample: {type: 'boolean'},
    show: {type: 'boolean'},
    check: {type: 'boolean'},
    for: {type: 'string'},
    json: {type: 'boolean'},
  },
  readsItself: true,

  async run(_config, flags, sources) {
    const action = actionIn(flags);
    if (action === 'sample') return console.log(sampleConf().trimEnd());
    const conf = IronicConf.read(sources);
    if (action === 'show') return show(conf, flags);
    await check(conf, flags);
  },
};

/** @throws UsageError unless there is one, and only flags that go with it */
function actionIn(flags: Flags): (typeof ACTIONS)[number] {
  const actions = ACTIONS.filter(action => flags[action]);
  if (actions.length !== 1) {
    throw new UsageError('config takes one of --sample, --show and --check.');
  }
  const [action] = actions;
  if (flags.for !== undefined && action !== 'check') {
    throw new UsageError('--for goes with --check.');
  }
  if (flags.json && action === 'sample') {
    throw new UsageError('--json goes with --show or --check.');
  }
  return action;
}

function show(conf: IronicConf, flags: Flags): void {
  const options = effectiveOptions(conf);
  const misspelt = misspellings(conf);
  const ignored = conf.unknown();
  if (flags.json) {
    return printJson({options, misspellings: misspelt, ignored});
  }
  const sections = new Set(options.map(({section}) => section));
  for (const section of sections) {
    console.log(`[${section}]`);
    for (const option of options) {
      if (option.section === section) console.log(lineOf(option));
    }
    console.log('');
  }
  const unknown = ignored.filter(({section}) => section === 'boot_config');
  for (const {option, origin} of unknown) {
    console.log(`[boot_config] ${option} is not known (${origin})`);
  }
  for (const one of misspelt) console.log(warningOf(one));
  const others = ignored.length - unknown.length;
  console.log(`${others} other options are set, which are not used here.`);
}

// Most names and values are shorter.
const NAME_WIDTH = 46;

function lineOf({option, value, origin, expected}: EffectiveOption): string {
  // A value of several lines is one of a list.
  const text = (value ?? '<None>').replaceAll('\n', ' ');
  const line = `  ${`${option} = ${text}`.padEnd(NAME_WIDTH)}  ${origin}`;
  return expected === undefined ? line : `${line}\n    expected ${expected}`;
}

function warningOf({section, option, origin, meant}: Misspelling): string {
  return `warning: [${section}] ${option} is not used here; is it meant to be ${meant}? (${origin})`;
}

async function check(conf: IronicConf, flags: Flags): Promise<void> {
  const commands = commandsIn(flags, conf);
  const findings = await findingsOf(conf, commands);
  const misspelt = misspellings(conf);
  if (flags.json) printJson({commands, findings, misspellings: misspelt});
  else {
    for (const finding of findings) console.log(textOf(finding));
    for (const one of misspelt) console.log(warningOf(one));
    if (!findings.length) {
      console.log(`The configuration is usable for ${commands.join(' and ')}.`);
    }
  }
  if (findings.length) throw new CommandFailed();
}

/** @throws UsageError */
function commandsIn({for: only}: Flags, conf: IronicConf): readonly Checked[] {
  if (only !== undefined) {
    const command = CHECKED.find(c => c === only);
    if (command) return [command];
    throw new UsageError(`--for takes ${CHECKED.join(' or ')}.`);
  }
  // Then serve is the conductor, too.
  const isOneProcess = conf.used().config.DEFAULT?.rpc_transport === 'none';
  return isOneProcess ? ['serve'] : CHECKED;
}

function textOf(finding: Finding): string {
  const {origin, stops} = finding;
  return `${describeProblem(finding)}\n  ${origin}; stops ${stops.join(' and ')}`;
}

function printJson(content: object): void {
  console.log(JSON.stringify(content, undefined, 2));
}
