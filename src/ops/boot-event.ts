import {createHash} from 'node:crypto';
import {BootConfigError, Reason} from '../boot-config-error';
import {BootTrace, Step} from '../boot-trace';
import type {BootConfig} from '../services/boot-config.service';
import {normalizeMac} from '../services/mac-address';

/** What a machine got: a script, the URL of one, or the constant 404. */
export const OUTCOMES = ['served', 'redirected', 'refused'] as const;

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
  /** What an operator has to see to though the machine got its script. */
  remark?: string;
  /** The reason in words, for operators. */
  message: string;
  /** Name of the conductor whose script was sent. */
  conductor?: string;
  /** Whether that is the one that the hash ring names. */
  owner?: boolean;
  /** Name of that one, where it is another. */
  ring_owner?: string;
  /** Why that one did not return the script. */
  owner_failure?: Reason;
  /** URL of the script that the machine was led to. */
  location?: string;
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
const LONGEST_VERSION = 64;

const IPXE = /^iPXE\/(\S+)/;

/** How a script was given to the machine. */
export interface Delivery {
  /** Where it was led to. */
  location?: string;
  remark?: string;
}

/** The event of a script that was sent, or led to. */
export function servedEvent(
  trace: BootTrace,
  asked: Asked,
  config: BootConfig,
  delivery?: Delivery,
): BootEvent {
  return eventOf(trace, asked, {config, delivery});
}

/** The event of a 404. */
export function refusedEvent(
  trace: BootTrace,
  asked: Asked,
  failure: BootConfigError,
): BootEvent {
  return eventOf(trace, asked, {failure});
}

// Each starts where the clock is, so that the ids of a later process are higher
// as long as there are less than a thousand events in a millisecond.
let lastId = Date.now() * 1000;

/** A script, or why there was none. */
interface Ending {
  config?: BootConfig;
  delivery?: Delivery;
  failure?: BootConfigError;
}

// One literal, since putting it together of parts takes several times as long, in
// the order in which it is read.
function eventOf(
  trace: BootTrace,
  {method, mac, name, source, userAgent}: Asked,
  {config, delivery, failure}: Ending,
): BootEvent {
  const {node} = trace;
  const {location, remark} = delivery ?? {};
  const outcome = failure ? 'refused' : location ? 'redirected' : 'served';
  return {
    id: ++lastId,
    time: new Date(trace.time).toISOString(),
    request_id: trace.requestId,
    global_request_id: trace.globalRequestId,
    method,
    mac: mac?.slice(0, LONGEST_MAC),
    address: mac === undefined ? undefined : addressOf(mac),
    name: name?.slice(0, LONGEST_NAME),
    node: node?.uuid,
    node_name: node?.name ?? undefined,
    // As in ironic.common.states, where null is AVAILABLE.
    provision_state: node && (node.provisionState ?? 'available'),
    outcome,
    reason: failure?.reason,
    remark,
    message: failure
      ? `not served: ${failure.message}`
      : outcome + (remark ? `: ${remark}` : ''),
    conductor: config?.conductor,
    owner: config?.isOwner,
    ring_owner: config && !config.isOwner ? config.owner : undefined,
    owner_failure: config?.ownerFailure,
    location,
    size: config?.script.length,
    sha256: config && sha256(config.script),
    source: source?.slice(0, LONGEST_SOURCE),
    user_agent: userAgent?.slice(0, LONGEST_USER_AGENT),
    ipxe_version: userAgent && ipxeVersion(userAgent),
    ms: tenths(trace.ms),
    steps: trace.steps.map(step => ({
      name: step.name,
      conductor: step.conductor,
      at: tenths(step.at),
      // What still goes on was waited for until now.
      ms: tenths(step.ms ?? trace.ms - step.at),
      reason: step.reason,
    })),
  };
}

function sha256(script: Buffer): string {
  return createHash('sha256').update(script).digest('hex');
}

function ipxeVersion(userAgent: string): string | undefined {
  return IPXE.exec(userAgent)?.[1].slice(0, LONGEST_VERSION);
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
