import {Application} from '@loopback/core';
import {ConfigurationError, ConfigurationSources, IronicConf} from '../config';
import {misspellings} from '../config/effective-options';
import {BootConfigBindings} from '../keys';
import {Logger} from '../logger';
import {onHangup} from './hangup';
import {untilStopped} from './until-stopped';

/** For the help of commands that serve. */
export const AT_HANGUP = `At SIGHUP the configuration is read again, and
mutable options and renewed certificates are taken over.`;

/**
 * Starts an application and keeps it until it is told to stop. At SIGHUP it
 * reads its configuration again.
 */
export async function runService(
  application: Application,
  sources: ConfigurationSources,
): Promise<void> {
  await application.start();
  const logger = await application.get(BootConfigBindings.LOGGER);
  warnOfMisspellings(IronicConf.read(sources), logger);
  onHangup(() => readAgain(application, sources, logger));
  await untilStopped(application);
}

async function readAgain(
  application: Application,
  sources: ConfigurationSources,
  logger: Logger,
): Promise<void> {
  let conf: IronicConf | undefined;
  try {
    conf = IronicConf.read(sources);
    const service = await application.get(
      BootConfigBindings.RECONFIGURATION_SERVICE,
    );
    const {changed} = await service.reconfigure(conf.config());
    warnOfMisspellings(conf, logger);
    logger.info(
      {changed: changed.length},
      'the configuration has been read again',
    );
  } catch (err) {
    logger.error(
      {...(!(err instanceof ConfigurationError) && {err})},
      'the configuration can not be used, all stays as it is',
    );
    if (err instanceof ConfigurationError) logProblems(err, conf, logger);
  }
}

function logProblems(
  {problems}: ConfigurationError,
  conf: IronicConf | undefined,
  logger: Logger,
): void {
  for (const problem of problems) {
    const {section, option, value, expected} =
      conf?.withoutSecret(problem) ?? problem;
    const origin = conf?.originOf(section, option);
    logger.error(
      {value, origin},
      `[${section}] ${option}: expected ${expected}`,
    );
  }
}

function warnOfMisspellings(conf: IronicConf, logger: Logger): void {
  for (const {section, option, origin, meant} of misspellings(conf)) {
    logger.warn(
      {origin},
      `[${section}] ${option} is not used here; is it meant to be ${meant}?`,
    );
  }
}
