import {REASONS} from '../boot-config-error';
import {normalizeMac} from '../services/mac-address';
import {BootEvent, OUTCOMES} from './boot-event';
import {EventFilter} from './event-store';

/** A query that can't be answered: HTTP status 400. */
export class BadQuery extends Error {}

/** Which events an operator wants to see. */
export interface EventQuery {
  filter: EventFilter;
  limit: number;
  /** Only events with a smaller id. */
  before?: number;
  /** Only events with a larger id. */
  after?: number;
  /** ISO 8601, UTC. */
  since?: string;
}

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1000;

const SECONDS = {s: 1, m: 60, h: 3600, d: 86_400};

const PARAMETERS = [
  'mac',
  'node',
  'outcome',
  'reason',
  'since',
  'limit',
  'before',
  'last_event_id',
];

/**
 * Reads the query of `/events`.
 *
 * - `mac`: any spelling;
 * - `node`: UUID or name;
 * - `outcome`, `reason`: from their lists; several separated by commas;
 * - `since`: ISO 8601, or how long ago: `90s`, `15m`, `2h`, `1d`;
 * - `limit`: up to 1000, default 100;
 * - `before`: id of an event;
 * - `last_event_id`: for clients that can't send the header of that name.
 *
 * @param now - milliseconds, as `Date.now()`
 * @throws BadQuery naming the parameter, its value and what was expected
 */
export function parseEventQuery(
  parameters: URLSearchParams,
  now: number,
): EventQuery {
  for (const name of parameters.keys()) {
    if (!PARAMETERS.includes(name)) {
      throw new BadQuery(
        `there is no parameter ${JSON.stringify(name)}; known are ${PARAMETERS.join(', ')}`,
      );
    }
  }
  const read = <T>(
    name: string,
    expected: string,
    parse: (value: string) => T | undefined,
  ): T | undefined => {
    const value = parameters.get(name);
    // A form sends what was left empty, too.
    if (value === null || value.trim() === '') return undefined;
    const parsed = parse(value.trim());
    if (parsed !== undefined) return parsed;
    throw new BadQuery(`${name}=${value}: expected ${expected}`);
  };
  const mac = read('mac', 'a MAC address in any spelling', addressOf);
  const node = read('node', 'UUID or name of a node', value => value);
  const outcomes = read('outcome', anyOf(OUTCOMES), value =>
    wordsOf(value, OUTCOMES),
  );
  const reasons = read('reason', anyOf(REASONS), value =>
    wordsOf(value, REASONS),
  );
  const since = read(
    'since',
    'a time such as 2026-01-31T12:00:00Z, or how long ago: 90s, 15m, 2h, 1d',
    value => timeOf(value, now),
  );
  return {
    since,
    limit:
      read('limit', `an integer from 1 to ${MAX_LIMIT}`, value => {
        const limit = integerOf(value);
        return limit && limit <= MAX_LIMIT ? limit : undefined;
      }) ?? DEFAULT_LIMIT,
    before: read('before', 'the id of an event', integerOf),
    after: read('last_event_id', 'the id of an event', integerOf),
    filter: (event: BootEvent) =>
      (!mac || event.address === mac) &&
      (!node || event.node === node || event.node_name === node) &&
      (!outcomes || outcomes.has(event.outcome)) &&
      (!reasons || (!!event.reason && reasons.has(event.reason))) &&
      // ISO 8601 in UTC sorts as text.
      (!since || event.time >= since),
  };
}

/** The id in a `Last-Event-ID` header; of anything else `undefined`. */
export function integerOf(text: string): number | undefined {
  return /^\d{1,16}$/.test(text) ? Number(text) : undefined;
}

function addressOf(text: string): string | undefined {
  try {
    return normalizeMac(text);
  } catch {
    return undefined;
  }
}

function anyOf(words: readonly string[]): string {
  return `one or more of ${words.join(', ')}`;
}

function wordsOf<W extends string>(
  text: string,
  known: readonly W[],
): ReadonlySet<W> | undefined {
  const words = text.split(',').map(word => word.trim());
  const found = words.map(word => known.find(k => k === word));
  return found.includes(undefined) ? undefined : new Set(found as W[]);
}

function timeOf(text: string, now: number): string | undefined {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const time = unit
    ? new Date(now - Number(count) * SECONDS[unit as 's'] * 1000)
    : new Date(/^\d{4}-\d\d-\d\d/.test(text) ? text : NaN);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}
