import {randomBytes} from 'node:crypto';
import {RemoteError} from './errors';
import {isObject} from './json-rpc';
import {parseJson} from './parse-json';
import {RpcCall} from './rpc-call';

/**
 * oslo.messaging's messages, version 2.0: an envelope with the message as JSON
 * text in it.
 */
const ENVELOPE_VERSION = '2.0';

/** The topic on which Ironic's conductors listen. */
export const CONDUCTOR_TOPIC = 'ironic.conductor_manager';

const CONTEXT_PREFIX = '_context_';

/** A request as it came; what it does not tell has the value that stands for that. */
export interface OsloRequest {
  method: string;
  args: Record<string, unknown>;
  context: Record<string, unknown>;
  /** `1.0` when the request tells none. */
  version: string;
  namespace?: string;
  /** Both are missing in a cast, which gets no reply. */
  msgId?: string;
  replyQueue?: string;
}

/** An exception as it crosses the wire. */
export interface OsloFailure {
  class: string;
  module: string;
  message: string;
  /** Given to the exception's constructor. */
  kwargs?: Record<string, unknown>;
}

export interface OsloReply {
  /** Of the request. */
  msgId: string;
  /** False for a sign of life that precedes the reply. */
  ending: boolean;
  result?: unknown;
  failure?: RemoteError;
}

/** 32 hexadecimal digits, as oslo.messaging's ids have. */
export function newOsloId(): string {
  return randomBytes(16).toString('hex');
}

/** The body of a request. */
export function encodeRequest(
  call: RpcCall,
  msgId: string,
  replyQueue: string,
): Buffer {
  const context = Object.entries(call.context).map(([key, value]) => [
    CONTEXT_PREFIX + key,
    value,
  ]);
  return envelop({
    method: call.method,
    args: call.args,
    version: call.version,
    _msg_id: msgId,
    _reply_q: replyQueue,
    _timeout: null,
    _unique_id: newOsloId(),
    ...(Object.fromEntries(context) as object),
  });
}

/**
 * Reads the body of a request.
 *
 * @throws Error when it is none
 */
export function decodeRequest(body: unknown): OsloRequest {
  const message = open(body);
  const {method, args = {}, version = '1.0', namespace} = message;
  if (typeof method !== 'string') throw new Error('it names no method');
  if (!isObject(args)) throw new Error('its arguments are not named');
  return {
    method,
    args,
    version: String(version),
    namespace: textOf(namespace),
    context: contextOf(message),
    msgId: textOf(message._msg_id),
    replyQueue: textOf(message._reply_q),
  };
}

function contextOf(message: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(message)
      .filter(([key]) => key.startsWith(CONTEXT_PREFIX))
      .map(([key, value]) => [key.slice(CONTEXT_PREFIX.length), value]),
  );
}

/** The body of a reply. */
export function encodeReply(
  msgId: string,
  outcome: {result: unknown} | {failure: OsloFailure},
): Buffer {
  return envelop({
    result: 'result' in outcome ? outcome.result : null,
    failure: 'failure' in outcome ? encodeFailure(outcome.failure) : null,
    ending: true,
    _msg_id: msgId,
    _unique_id: newOsloId(),
  });
}

function encodeFailure(failure: OsloFailure): string {
  return JSON.stringify({
    class: failure.class,
    module: failure.module,
    message: failure.message,
    // Where in the code it was is nobody else's business.
    tb: [],
    args: [failure.message],
    kwargs: failure.kwargs ?? {},
  });
}

/**
 * Reads the body of a reply. The traceback in a failure is left behind.
 *
 * @throws Error when it is none
 */
export function decodeReply(body: unknown): OsloReply {
  const {_msg_id: msgId, result, failure, ending} = open(body);
  if (typeof msgId !== 'string') throw new Error('it answers no request');
  return {
    msgId,
    ending: ending !== false,
    result,
    failure: failure ? decodeFailure(failure) : undefined,
  };
}

/** The id of the request in `body`, if it is one that can be read. */
export function msgIdOf(body: unknown): string | undefined {
  try {
    return textOf(open(body)._msg_id);
  } catch {
    return undefined;
  }
}

function decodeFailure(json: unknown): RemoteError {
  const failure = typeof json === 'string' ? parse(json) : json;
  if (!isObject(failure)) throw new Error('its failure is not an object');
  const {class: className, message, kwargs} = failure;
  const code = isObject(kwargs) ? kwargs.code : undefined;
  return {
    code: typeof code === 'number' ? code : 500,
    className: textOf(className),
    message: textOf(message) ?? '',
  };
}

function envelop(message: object): Buffer {
  return Buffer.from(
    JSON.stringify({
      'oslo.version': ENVELOPE_VERSION,
      'oslo.message': JSON.stringify(message),
    }),
  );
}

function open(body: unknown): Record<string, unknown> {
  // A client of RabbitMQ parses a body by itself that names no encoding.
  const envelope =
    isObject(body) && !Buffer.isBuffer(body) ? body : parse(body);
  if (!isObject(envelope)) throw new Error('it is not an object');
  const version = String(envelope['oslo.version']);
  if (version.split('.')[0] !== ENVELOPE_VERSION.split('.')[0]) {
    throw new Error(`its envelope is of version ${version}`);
  }
  const message = parse(envelope['oslo.message']);
  if (!isObject(message)) throw new Error('its message is not an object');
  return message;
}

function parse(json: unknown): unknown {
  return parseJson(Buffer.isBuffer(json) ? json.toString() : String(json));
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
