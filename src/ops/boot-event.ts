import {createHash} from 'node:crypto';
import {BootConfigError, Reason} from '../boot-config-error';
import {BootTrace, Step} from '../boot-trace';
import type {BootConfig} from '../services/boot-config.service';
import {normalizeMac} from '../services/mac-address';

/** What a machine got: a script, or the constant 404. */
export const OUTCOMES = ['served', 'refused'] as const;

export type Outcome = (typeof OUTCOMES)[number];

/**
 * One request of the branch when it is over: who asked, when, for what, and
 * what they got. Never holds a script. The names are those in the log.
 */
export interface BootEvent {
  /** Grows with every event, beyond restarts too. */
  id: number;
  /** When the request came: ISO 8601, UTC, with milliseconds. */
  time: string;
  request_id: string;
  /** `X-OpenStack-Request-ID` of whoever asked. */
  global_request_id?: string;
  method?: string;
  /** MAC address as sent; `undefined` where the path told none. */
  mac?: string;
  /** The same in Ironic's spelling, if it is a MAC address. */
  address?: string;
  name?: string;
  /** UUID of the node that was found. */
  node?: string;
  node_name?: string;
  provision_state?: string;
  outcome: Outcome;
  reason?: Reason;
  /** The reason in words, for operators. */
  message: string;
  /** Name of the conductor whose script was sent. */
  conductor?: string;
  /** Whether that is the one that the hash ring names. */
  owner?: boolean;
  /** Of the script, in bytes. */
  size?: number;
  /** Of the script, in hexadecimal digits. */
  sha256?: string;
  /** Address of the client. */
  source?: string;
  user_agent?: string;
  ipxe_version?: string;
  /** Milliseconds from the request to its answer. */
  ms: number;
  /** What the time went to. */
  steps: Step[];
}

/** What a client sent. */
export interface Asked {
  method?: string;
  mac?: string;
  name?: string;
  source?: string;
  userAgent?: string;
}

// A client may send some thousand bytes of each, and many events are kept.
const LONGEST_MAC = 64;
const LONGEST_NAME = 255;
const LONGEST_SOURCE = 64;
const LONGEST_USER_AGENT = 256;

const IPXE = /^iPXE\/(\S+)/;

/** The event of a script that was sent. */
export function servedEvent(
  trace: BootTrace,
  asked: Asked,
  {script, conductor, isOwner}: BootConfig,
): BootEvent {
  return {
    ...begin(trace, asked),
    outcome: 'served',
    message: 'served',
    conductor,
    owner: isOwner,
    size: script.length,
    sha256: createHash('sha256').update(script).digest('hex'),
    ...end(trace, asked),
  };
}

/** The event of a 404. */
export function refusedEvent(
  trace: BootTrace,
  asked: Asked,
  {reason, message}: BootConfigError,
): BootEvent {
  return {
    ...begin(trace, asked),
    outcome: 'refused',
    reason,
    message: `not served: ${message}`,
    ...end(trace, asked),
  };
}

// Each starts where the clock is, so that the ids of a later process are higher
// as long as there are less than a thousand events in a millisecond.
let lastId = Date.now() * 1000;

function begin(trace: BootTrace, {method, mac, name}: Asked) {
  const {node} = trace;
  return {
    id: ++lastId,
    time: new Date(trace.time).toISOString(),
    request_id: trace.requestId,
    ...(trace.globalRequestId && {global_request_id: trace.globalRequestId}),
    method,
    ...(mac !== undefined && {
      mac: mac.slice(0, LONGEST_MAC),
      address: addressOf(mac),
      name: name?.slice(0, LONGEST_NAME),
    }),
    ...(node && {
      node: node.uuid,
      node_name: node.name ?? undefined,
      // As in ironic.common.states, where null is AVAILABLE.
      provision_state: node.provisionState ?? 'available',
    }),
  };
}

function end(trace: BootTrace, {source, userAgent}: Asked) {
  const ms = tenths(trace.ms);
  return {
    source: source?.slice(0, LONGEST_SOURCE),
    user_agent: userAgent?.slice(0, LONGEST_USER_AGENT),
    ipxe_version: userAgent && IPXE.exec(userAgent)?.[1].slice(0, LONGEST_MAC),
    ms,
    steps: trace.steps.map(step => ({
      ...step,
      at: tenths(step.at),
      // What still goes on was waited for until now.
      ms: tenths(step.ms ?? trace.ms - step.at),
    })),
  };
}

function tenths(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}

function addressOf(mac: string): string | undefined {
  try {
    return normalizeMac(mac);
  } catch {
    return undefined;
  }
}
