import {
  ConductorApi,
  decodeRequest,
  encodeReply,
  IronicError,
  OsloFailure,
  OsloRequest,
} from '../rpc';
import {
  callMethod,
  InvalidArguments,
  ironicErrorOf,
  METHOD,
  UnknownMethod,
} from './call-method';

/** The version of the RPC API that has `get_boot_config`. */
const VERSION = '1.63';

// A call is some 1000 bytes; a context with a token and a service catalogue may
// take some tens of thousands.
export const MAX_BODY_SIZE = 128 * 1024;

const DISPATCHER = 'oslo_messaging.rpc.dispatcher';

/** A version of the RPC API that a conductor does not have. */
class UnsupportedVersion extends Error {}

/** A reply and the queue that waits for it. */
export interface OsloAnswer {
  replyQueue: string;
  body: Buffer;
}

/**
 * Takes a request in oslo.messaging's format and gives the reply,
 * as a server of oslo.messaging does.
 *
 * @param onUnexpected - told of an error that is none of Ironic's
 * @returns `undefined` for a cast
 * @throws Error when the body is no request, or a huge one
 */
export async function dispatch(
  conductor: ConductorApi,
  {body, bodySize}: {body: unknown; bodySize: number},
  onUnexpected: (error: Error) => void,
): Promise<OsloAnswer | undefined> {
  if (bodySize > MAX_BODY_SIZE) {
    throw new Error(`a request of more than ${MAX_BODY_SIZE} bytes`);
  }
  const request = decodeRequest(body);
  const {msgId, replyQueue} = request;
  const outcome = await outcomeOf(conductor, request, onUnexpected);
  if (!msgId || !replyQueue) return undefined;
  return {replyQueue, body: encodeReply(msgId, outcome)};
}

async function outcomeOf(
  conductor: ConductorApi,
  {method, context, args, version, namespace}: OsloRequest,
  onUnexpected: (error: Error) => void,
): Promise<{result: string} | {failure: OsloFailure}> {
  try {
    if (namespace || !isCompatible(version)) {
      throw new UnsupportedVersion(version);
    }
    return {result: await callMethod(conductor, method, context, args)};
  } catch (error) {
    return {failure: failureOf(error as Error, method, onUnexpected)};
  }
}

/** Whether one who asks for `version` can be answered. */
function isCompatible(version: string): boolean {
  const asked = /^(\d+)\.(\d+)$/.exec(version);
  const [major, minor] = VERSION.split('.').map(Number);
  return Number(asked?.[1]) === major && Number(asked?.[2]) <= minor;
}

/** Classes and constructors' arguments are those of Python's exceptions. */
function failureOf(
  error: Error,
  method: string,
  onUnexpected: (error: Error) => void,
): OsloFailure {
  if (error instanceof UnsupportedVersion) {
    return {
      class: 'UnsupportedVersion',
      module: DISPATCHER,
      message: `Endpoint does not support RPC version ${error.message}. Attempted method: ${method}`,
    };
  }
  if (error instanceof UnknownMethod) {
    return {
      class: 'NoSuchMethod',
      module: DISPATCHER,
      message: `Endpoint does not support RPC method ${error.message}`,
    };
  }
  if (error instanceof InvalidArguments) {
    return {
      class: 'TypeError',
      module: 'builtins',
      message: `Arguments are invalid for ${METHOD}: ${error.message}`,
    };
  }
  const known =
    ironicErrorOf(error, onUnexpected) ?? new IronicError('Internal error');
  return {
    class: known.constructor === IronicError ? 'IronicException' : known.name,
    module: 'ironic.common.exception',
    message: known.message,
    kwargs: {code: known.code},
  };
}
