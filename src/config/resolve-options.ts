import {ConfigurationError, ConfigurationProblem} from './configuration-error';
import {problemOf} from './option-problem';
import {
  BootConfigConfig,
  BootConfigOptions,
  Option,
  OPTIONS,
  Section,
} from './options';
import {apiRootUrls} from './root-url';
import {parseTransportUrl} from './transport-url';

type Values = Record<string, unknown>;

/**
 * Types and checks a configuration and fills in the defaults.
 *
 * Sections and options of Ironic's that are not in the table are ignored, as
 * ironic.conf holds many more; an unknown option in `[boot_config]`, which is
 * ours alone, is a mistake.
 *
 * @throws ConfigurationError with every bad option.
 */
export function resolveOptions(
  config: BootConfigConfig = {},
): BootConfigOptions {
  const {options, problems} = examineOptions(config);
  if (problems.length) throw new ConfigurationError(problems);
  return options;
}

/** The same for who goes on with what is bad: bad options have their defaults. */
export function examineOptions(config: BootConfigConfig): {
  options: BootConfigOptions;
  problems: ConfigurationProblem[];
} {
  const problems: ConfigurationProblem[] = [];
  const resolved = Object.fromEntries(
    (Object.keys(OPTIONS) as Section[]).map(section => [
      section,
      resolveSection(section, (config[section] ?? {}) as Values, problems),
    ]),
  ) as unknown as BootConfigOptions;
  if (!problems.length) problems.push(...contradictions(resolved));
  return {options: deepFreeze(resolved), problems};
}

function resolveSection(
  section: Section,
  configured: Values,
  problems: ConfigurationProblem[],
): Values {
  const table = OPTIONS[section] as unknown as Record<string, Option<unknown>>;
  if (section === 'boot_config') {
    for (const name of Object.keys(configured).filter(
      n => !Object.hasOwn(table, n),
    )) {
      problems.push(
        problemOf(
          section,
          name,
          configured[name],
          `no such option; known are ${Object.keys(table).join(', ')}`,
        ),
      );
    }
  }
  return Object.fromEntries(
    Object.entries(table).map(([name, option]) => {
      const raw = configured[name];
      if (isUnset(raw)) return [name, option.default];
      const value = option.type.parse(raw);
      if (value === undefined) {
        problems.push(problemOf(section, name, raw, option.type.expected));
      }
      return [name, value ?? option.default];
    }),
  );
}

// `option =` with nothing behind it is how an ironic.conf unsets an option, and
// `<None>` how oslo.config's samples write it.
function isUnset(raw: unknown): boolean {
  return (
    raw === undefined ||
    raw === null ||
    (typeof raw === 'string' && ['', '<None>'].includes(raw.trim()))
  );
}

/**
 * Checks options, each good by itself, for contradictions.
 *
 * @throws ConfigurationError
 */
export function checkTogether(options: BootConfigOptions): void {
  const problems = contradictions(options);
  if (problems.length) throw new ConfigurationError(problems);
}

function contradictions(options: BootConfigOptions): ConfigurationProblem[] {
  const problems: ConfigurationProblem[] = [];
  const {pxe, boot_config: own, DEFAULT} = options;
  if (pxe.ipxe_use_boot_config_api && !apiRootUrls(options).length) {
    problems.push(
      problemOf(
        'pxe',
        'ipxe_use_boot_config_api',
        'True',
        'a root URL for links to the API: set [pxe] ipxe_config_api_root_url, or [api] public_endpoint, or [DEFAULT] my_ip',
      ),
    );
  }
  if (
    DEFAULT.rpc_transport === 'oslo' &&
    !parseTransportUrl(DEFAULT.transport_url)
  ) {
    problems.push(
      problemOf(
        'DEFAULT',
        'transport_url',
        DEFAULT.transport_url,
        'rabbit://USER:PASSWORD@HOST:5672/VHOST for rpc_transport = oslo',
      ),
    );
  }
  if (own.serve_mode === 'redirect' && !own.redirect_url?.length) {
    problems.push(
      problemOf(
        'boot_config',
        'redirect_url',
        undefined,
        'for serve_mode = redirect, the URLs of the HTTP servers of the conductors',
      ),
    );
  }
  return problems;
}

/** Authentication between API and conductors, where it is configured. */
export function rpcAuthStrategy(
  options: BootConfigOptions,
): BootConfigOptions['json_rpc']['auth_strategy'] {
  return options.json_rpc.auth_strategy ?? options.DEFAULT.auth_strategy;
}

function deepFreeze<T extends object>(value: T): T {
  for (const part of Object.values(value)) {
    if (part && typeof part === 'object') deepFreeze(part as object);
  }
  return Object.freeze(value);
}
