import {isIP} from 'node:net';
import {parseNetwork} from './cidr';
import {embeddedFile, parseMysqlUrl} from './database-url';
import {parseRedirectUrl} from './redirect-url';

/**
 * The type of an option: reads a value from ironic.conf (always text) or from
 * LoopBack config (text or already typed).
 */
export interface OptionType<T> {
  /** What a good value looks like, for messages: `an integer from 0 to 65535`. */
  readonly expected: string;
  /** As oslo.config names it. */
  readonly typeName: string;
  readonly min?: number;
  readonly max?: number;
  readonly choices?: readonly string[];
  /** The typed value, or `undefined` when `value` is not of this type. */
  parse(value: unknown): T | undefined;
  /** A value as ironic.conf has it, where that is not the plain text. */
  format?(value: T): string;
}

/** A value as ironic.conf has it; `<None>` where there is none. */
export function formatValue<T>(
  type: OptionType<T>,
  value: T | undefined,
): string {
  if (value === undefined) return '<None>';
  return type.format ? type.format(value) : String(value);
}

// The words that oslo.config's boolean type takes.
const TRUE_WORDS = new Set(['true', '1', 'on', 'yes']);
const FALSE_WORDS = new Set(['false', '0', 'off', 'no']);

export function text(
  expected = 'a text that is not empty',
): OptionType<string> {
  return {
    expected,
    typeName: 'string value',
    parse: value =>
      typeof value === 'string' && value.trim() ? value.trim() : undefined,
  };
}

export function choice<C extends string>(...choices: C[]): OptionType<C> {
  return {
    expected: `one of ${choices.join(', ')}`,
    typeName: 'string value',
    choices,
    parse: value => choices.find(c => c === value),
  };
}

/** Taken in any case, as oslo.messaging does. */
export function choiceOfAnyCase<C extends string>(
  ...choices: C[]
): OptionType<C> {
  return {
    expected: `one of ${choices.join(', ')}`,
    typeName: 'string value',
    choices,
    parse: value => {
      const word = String(value).trim().toLowerCase();
      return choices.find(c => c.toLowerCase() === word);
    },
  };
}

export function boolean(): OptionType<boolean> {
  return {
    expected: 'a boolean (True or False)',
    typeName: 'boolean value',
    format: value => (value ? 'True' : 'False'),
    parse: value => {
      if (typeof value === 'boolean') return value;
      const word = String(value).trim().toLowerCase();
      if (TRUE_WORDS.has(word)) return true;
      return FALSE_WORDS.has(word) ? false : undefined;
    },
  };
}

/** A whole number within `min` and `max`, both included. */
export function integer(
  min: number,
  max = Number.MAX_SAFE_INTEGER,
): OptionType<number> {
  const range =
    max === Number.MAX_SAFE_INTEGER
      ? `of at least ${min}`
      : `from ${min} to ${max}`;
  return {
    expected: `an integer ${range}`,
    typeName: 'integer value',
    min,
    max: max === Number.MAX_SAFE_INTEGER ? undefined : max,
    parse: value => {
      const number = toNumber(value, /^[+-]?\d+$/);
      return Number.isSafeInteger(number) && number! >= min && number! <= max
        ? number
        : undefined;
    },
  };
}

/** A TCP port, `[DEFAULT]`-style oslo `PortOpt`. */
export function port(min: 0 | 1 = 1): OptionType<number> {
  return {...integer(min, 65535), typeName: 'port value'};
}

/** A rate or the like, fractions allowed, above zero. */
export function positive(unit: string): OptionType<number> {
  return {
    expected: `a number of ${unit} above 0`,
    typeName: 'floating point value',
    parse: value => {
      const number = toNumber(value, DECIMAL);
      return Number.isFinite(number) && number! > 0 ? number : undefined;
    },
  };
}

/** A network in CIDR notation, or a single address. */
export function network(): OptionType<string> {
  return {
    expected: 'a network such as 192.0.2.0/24 or 2001:db8::/32',
    typeName: 'string value',
    parse: value => {
      const candidate = String(value).trim();
      return parseNetwork(candidate) ? candidate : undefined;
    },
  };
}

/** A duration in seconds, fractions allowed, above zero and at most `max`. */
export function seconds(max: number): OptionType<number> {
  return {
    expected: `a number of seconds above 0 and at most ${max}`,
    typeName: 'floating point value',
    max,
    parse: value => {
      const number = toNumber(value, DECIMAL);
      return number !== undefined && number > 0 && number <= max
        ? number
        : undefined;
    },
  };
}

/** Permission bits in octal, as `0o644`, `0644` or `644`. */
export function fileMode(): OptionType<number> {
  return {
    expected: 'file permissions in octal, such as 0o644',
    typeName: 'integer value',
    format: value => `0o${value.toString(8)}`,
    parse: value => {
      if (typeof value === 'number') {
        return Number.isInteger(value) && value >= 0 && value <= 0o7777
          ? value
          : undefined;
      }
      const match = /^(?:0o?)?([0-7]{1,4})$/.exec(String(value).trim());
      return match ? parseInt(match[1], 8) : undefined;
    },
  };
}

/** Comma separated values, or an array of them. Empty items are dropped. */
export function list<T>(item: OptionType<T>): OptionType<T[]> {
  return {
    expected: `a comma separated list, each ${item.expected}`,
    typeName: 'list value',
    format: value => value.map(v => formatValue(item, v)).join(','),
    parse: value => {
      const texts: unknown[] =
        typeof value === 'string' ? value.split(',') : [value].flat();
      const items = texts
        .map(t => (typeof t === 'string' ? t.trim() : t))
        .filter(t => t !== '')
        .map(t => item.parse(t));
      return items.some(i => i === undefined) ? undefined : (items as T[]);
    },
  };
}

/** An absolute http or https URL without query or fragment. */
export function httpUrl(): OptionType<string> {
  return {
    expected: 'an http:// or https:// URL without query or fragment',
    typeName: 'uri value',
    parse: value => {
      const candidate = String(value).trim();
      // White space or a quote would end the word in an iPXE script.
      if (!/^https?:\/\/[^\s"'?#]+$/i.test(candidate)) return undefined;
      return URL.canParse(candidate) ? candidate : undefined;
    },
  };
}

/** An item of `[boot_config] redirect_url`. */
export function redirectUrl(): OptionType<string> {
  return {
    expected:
      'URL or CONDUCTOR=URL, an http:// or https:// URL without user, query or fragment, in which %(conductor)s stands for the host in the name of the conductor',
    typeName: 'string value',
    parse: value => {
      const item = String(value).trim();
      return parseRedirectUrl(item) ? item : undefined;
    },
  };
}

/** `[database] connection`. */
export function databaseUrl(): OptionType<string> {
  return {
    expected:
      'an SQLAlchemy URL such as mysql+pymysql://USER:PASSWORD@HOST/ironic, or memory:FILE.json',
    typeName: 'string value',
    parse: value => {
      const url = String(value).trim();
      return embeddedFile(url) || parseMysqlUrl(url) ? url : undefined;
    },
  };
}

/** An IPv4 or IPv6 address, brackets around the latter allowed. */
export function ipAddress(): OptionType<string> {
  return {
    expected: 'an IP address',
    typeName: 'ip address value',
    parse: value => {
      const address = unbracket(String(value).trim());
      return isIP(address) ? address : undefined;
    },
  };
}

const HOST_NAME =
  /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?$/i;

/** An IP address or a host name to listen on. */
export function hostAddress(): OptionType<string> {
  return {
    expected: 'an IP address or a host name',
    typeName: 'host address value',
    parse: value => {
      const address = unbracket(String(value).trim());
      return isIP(address) || HOST_NAME.test(address) ? address : undefined;
    },
  };
}

const DECIMAL = /^\+?(\d+(\.\d*)?|\.\d+)$/;

function unbracket(address: string): string {
  return address.replace(/^\[(.*)\]$/, '$1');
}

function toNumber(value: unknown, pattern: RegExp): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || !pattern.test(value.trim()))
    return undefined;
  return Number(value);
}
