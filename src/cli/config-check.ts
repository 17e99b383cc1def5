import {Application, CoreTags, LifeCycleObserver} from '@loopback/core';
import {BootConfigApplication} from '../application';
import {
  BootConfigOptions,
  ConfigurationError,
  ConfigurationProblem,
  examineOptions,
  IronicConf,
} from '../config';
import {IRONIC_DATABASE} from '../ironic.component';
import {BootConfigBindings} from '../keys';
import {ConductorRepository, NodeRepository} from '../repositories';
import {checkRpcTransport, conductorApplication} from './conductor.command';

/** The commands that a configuration may stop. */
export const CHECKED = ['serve', 'conductor'] as const;

export type Checked = (typeof CHECKED)[number];

/** Something that stops the start of a command. */
export interface Finding extends ConfigurationProblem {
  /** Where the value stands; `default` where nobody has set it. */
  origin: string;
  stops: Checked[];
}

/**
 * What would stop these commands: all that they look at before they listen, and
 * nothing is changed by it.
 */
export async function findingsOf(
  conf: IronicConf,
  commands: readonly Checked[],
): Promise<Finding[]> {
  const {config, problems} = conf.used();
  const examined = examineOptions(config);
  problems.push(...examined.problems);
  const findings = new Map<string, Finding>();
  for (const command of commands) {
    const own = await CHECKS[command](examined.options);
    // Of a bad option, its default was looked at afterwards.
    for (const problem of firstOfEach([...problems, ...own])) {
      const {section, option, expected} = problem;
      const key = JSON.stringify([section, option, expected]);
      const known = findings.get(key);
      if (known) known.stops.push(command);
      else {
        const origin = conf.originOf(section, option) ?? 'default';
        findings.set(key, {
          ...conf.withoutSecret(problem),
          origin,
          stops: [command],
        });
      }
    }
  }
  return [...findings.values()];
}

function firstOfEach(problems: ConfigurationProblem[]): ConfigurationProblem[] {
  return problems.filter(
    ({section, option}, index) =>
      index ===
      problems.findIndex(p => p.section === section && p.option === option),
  );
}

const CHECKS: Record<
  Checked,
  (options: BootConfigOptions) => Promise<ConfigurationProblem[]>
> = {
  serve: async options =>
    initialize(new BootConfigApplication(options), options),
  conductor: async options => [
    ...(await problemsOf(() => checkRpcTransport(options))),
    ...(await initialize(conductorApplication(options), options)),
  ],
};

/**
 * Has every part of an application look at the options, as at start, whatever
 * the others say.
 */
async function initialize(
  application: Application,
  options: BootConfigOptions,
): Promise<ConfigurationProblem[]> {
  application.bind(BootConfigBindings.OPTIONS).to(options);
  const problems = await problemsOf(async () => {
    (await application.get(IRONIC_DATABASE)).open();
  });
  // The others need one, be it good or not.
  application.bind(BootConfigBindings.NODE_REPOSITORY).to({} as NodeRepository);
  application
    .bind(BootConfigBindings.CONDUCTOR_REPOSITORY)
    .to({} as ConductorRepository);
  for (const binding of application.findByTag<LifeCycleObserver>(
    CoreTags.LIFE_CYCLE_OBSERVER,
  )) {
    problems.push(
      ...(await problemsOf(async () => {
        await (await binding.getValue(application)).init?.();
      })),
    );
  }
  return problems;
}

async function problemsOf(
  check: () => Promise<void> | void,
): Promise<ConfigurationProblem[]> {
  try {
    await check();
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}
