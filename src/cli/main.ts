import {parseArgs} from 'node:util';
import {
  ConfigPath,
  ConfigurationError,
  ConfigurationSources,
  IronicConf,
} from '../config';
import {packageVersion} from '../project-files';
import {bootScript} from './boot-script.command';
import {Command, CommandFailed, Flags, FlagTable, UsageError} from './command';
import {conductor} from './conductor.command';
import {config} from './config.command';
import {demo} from './demo.command';
import {serve} from './serve.command';

const COMMANDS: Command[] = [serve, conductor, demo, bootScript, config];

const COMMON_FLAGS: FlagTable = {
  'config-file': {type: 'string', multiple: true},
  'config-dir': {type: 'string', multiple: true},
  set: {type: 'string', multiple: true},
  help: {type: 'boolean', short: 'h'},
  version: {type: 'boolean'},
};

const COMMON_HELP = `Options of every command:
  --config-file FILE  an ironic.conf (default: /etc/ironic/ironic.conf, if there
                      is one)
  --config-dir DIR    its *.conf files, in order of name (default:
                      /etc/ironic/ironic.conf.d, if there is one)
                      Both may be repeated and mixed; the later one wins.
  --set SECTION.OPTION=VALUE
                      set one option; repeated
  -h, --help          show this text
  --version           show the version

Environment variables OS_<GROUP>__<OPTION> come above the files.`;

/**
 * Runs `ironic-boot-config`.
 *
 * @param args - what follows the program's name
 * @returns the exit code: 1 for a failure, 2 for a mistake on the command line
 */
export async function main(args: string[]): Promise<number> {
  try {
    await dispatch(args);
    return 0;
  } catch (error) {
    if (error instanceof UsageError) {
      console.error(`${error.message}\nSee "ironic-boot-config --help".`);
      return 2;
    }
    if (error instanceof CommandFailed) return 1;
    // A stack would hide what an operator has to mend.
    console.error(
      error instanceof ConfigurationError
        ? error.message
        : `ironic-boot-config: ${(error as Error).message}`,
    );
    return 1;
  }
}

async function dispatch([name, ...rest]: string[]): Promise<void> {
  if (name === undefined || name === '--help' || name === '-h') {
    return console.log(programHelp());
  }
  if (name === '--version') return console.log(packageVersion());
  const command = COMMANDS.find(c => c.name === name);
  if (!command) throw new UsageError(`There is no command ${name}.`);
  const {flags, paths} = parse(command, rest);
  if (flags.help) return console.log(commandHelp(command));
  if (flags.version) return console.log(packageVersion());
  const sources: ConfigurationSources = {
    paths,
    assignments: list(flags.set),
    env: process.env,
  };
  if (command.selfContained || command.readsItself) {
    return command.run({}, flags, sources);
  }
  const conf = IronicConf.read(sources);
  try {
    await command.run(conf.config(), flags, sources);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw new ConfigurationError(
      error.problems.map(problem => conf.withoutSecret(problem)),
    );
  }
}

function parse(
  command: Command,
  args: string[],
): {flags: Flags; paths: ConfigPath[]} {
  try {
    const options = {...COMMON_FLAGS, ...command.flags};
    const {values, tokens} = parseArgs({
      args,
      options,
      allowPositionals: false,
      tokens: true,
    });
    return {
      flags: values,
      paths: tokens.flatMap(token =>
        token.kind === 'option' ? pathsIn(token) : [],
      ),
    };
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** `values` has files and directories apart; what counts is their order. */
function pathsIn({name, value}: {name: string; value?: string}): ConfigPath[] {
  if (name === 'config-file') return [{file: value!}];
  return name === 'config-dir' ? [{dir: value!}] : [];
}

function list(value: unknown): string[] {
  return (value as string[] | undefined) ?? [];
}

function programHelp(): string {
  const width = Math.max(...COMMANDS.map(c => c.name.length));
  const summaries = COMMANDS.map(
    c => `  ${c.name.padEnd(width)}  ${c.summary}`,
  );
  return [
    'Usage: ironic-boot-config COMMAND [OPTIONS]',
    '',
    'The Boot configuration API for OpenStack Ironic.',
    '',
    'Commands:',
    ...summaries,
    '',
    COMMON_HELP,
  ].join('\n');
}

function commandHelp({name, help}: Command): string {
  return `Usage: ironic-boot-config ${name} [OPTIONS]\n\n${help}\n\n${COMMON_HELP}`;
}
