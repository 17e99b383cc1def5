import fs from 'node:fs';
import path from 'node:path';
import {main} from '../../../../src/cli/main';
import {StartOptions, TestProcess} from '../../../support/process';

/** The package that this build belongs to. */
export const PACKAGE_DIRECTORY = path.join(__dirname, '../../../../..');

/** Its package.json, as far as tests need it. */
export const manifest = JSON.parse(
  fs.readFileSync(path.join(PACKAGE_DIRECTORY, 'package.json'), 'utf8'),
) as {
  name: string;
  version: string;
  devDependencies: Record<string, string>;
};

const PROGRAM = path.join(PACKAGE_DIRECTORY, 'bin/ironic-boot-config.js');
const LONGEST_RUN_MS = 20_000;

export interface Outcome {
  /** Null if the command had to be killed. */
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Starts `ironic-boot-config`. */
export function startCommand(
  args: string[],
  options?: StartOptions,
): Promise<TestProcess> {
  return TestProcess.node(PROGRAM, args, options);
}

/** Runs `ironic-boot-config` to its end. */
export async function runCommand(
  args: string[],
  options?: StartOptions,
): Promise<Outcome> {
  const command = await startCommand(args, options);
  const timer = setTimeout(() => command.kill(), LONGEST_RUN_MS);
  const {code} = await command.exited;
  clearTimeout(timer);
  return {
    code,
    stdout: command.stdout.map(line => `${line}\n`).join(''),
    stderr: command.stderr.map(line => `${line}\n`).join(''),
  };
}

/** Runs it in this process, which is quick; for what only says something. */
export async function runHere(args: string[]): Promise<Outcome> {
  const outcome: Outcome = {code: null, stdout: '', stderr: ''};
  const {log, error} = console;
  console.log = (text: string) => {
    outcome.stdout += `${text}\n`;
  };
  console.error = (text: string) => {
    outcome.stderr += `${text}\n`;
  };
  try {
    outcome.code = await main(args);
  } finally {
    Object.assign(console, {log, error});
  }
  return outcome;
}
