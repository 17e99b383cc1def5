import {ConductorApi, isObject, JsonRpcCode, JsonRpcId} from '../rpc';
import {parseRequestJson} from '../rpc/json-depth';
import {
  callMethod,
  InvalidArguments,
  ironicErrorOf,
  METHOD,
  UnknownMethod,
} from './call-method';

/** A fault of the request itself, told by one of JSON-RPC's own codes. */
class JsonRpcFault extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Takes the body of a JSON-RPC request and gives the body of its answer, as
 * Ironic's server does: no batches, named parameters only.
 *
 * @param onUnexpected - told of an error that is none of Ironic's
 * @returns `undefined` for a notification
 */
export async function dispatch(
  conductor: ConductorApi,
  body: string,
  onUnexpected: (error: Error) => void,
): Promise<string | undefined> {
  let id: JsonRpcId | null = null;
  try {
    const request = parse(body);
    id = (request.id as JsonRpcId | undefined) ?? null;
    checkRequest(request);
    try {
      const result = await call(conductor, request);
      return id === null ? undefined : answer({result, id});
    } catch (error) {
      const told = describe(error as Error, onUnexpected);
      // A sound request without an id is a notification, which gets no answer.
      return id === null ? undefined : answer({id, error: told});
    }
  } catch (fault) {
    return answer({id, error: describe(fault as Error, onUnexpected)});
  }
}

function answer(content: object): string {
  return JSON.stringify({jsonrpc: '2.0', ...content});
}

function parse(body: string): Record<string, unknown> {
  let request: unknown;
  try {
    request = parseRequestJson(body);
  } catch {
    throw new JsonRpcFault(
      JsonRpcCode.PARSE_ERROR,
      'Invalid JSON received by RPC server',
    );
  }
  if (isObject(request)) return request;
  throw invalidRequest();
}

function checkRequest({jsonrpc, method, params, id}: Record<string, unknown>) {
  const sound =
    jsonrpc === '2.0' &&
    typeof method === 'string' &&
    method !== '' &&
    (params === undefined || isObject(params)) &&
    (id === undefined ||
      id === null ||
      typeof id === 'string' ||
      typeof id === 'number');
  if (!sound) throw invalidRequest();
}

function invalidRequest(): JsonRpcFault {
  return new JsonRpcFault(
    JsonRpcCode.INVALID_REQUEST,
    'Invalid request object received by RPC server',
  );
}

async function call(
  conductor: ConductorApi,
  {method, params = {}}: Record<string, unknown>,
): Promise<string> {
  const {context, ...args} = params as Record<string, unknown>;
  // Ironic's server does not check it either.
  delete args['rpc.version'];
  try {
    return await callMethod(conductor, method, context, args);
  } catch (error) {
    if (error instanceof UnknownMethod) {
      throw new JsonRpcFault(
        JsonRpcCode.METHOD_NOT_FOUND,
        `Method ${error.message} was not found`,
      );
    }
    if (error instanceof InvalidArguments) {
      throw new JsonRpcFault(
        JsonRpcCode.INVALID_PARAMS,
        `Params ${Object.keys(params as object).join(', ')} are invalid for ${METHOD}: ${error.message}`,
      );
    }
    throw error;
  }
}

/** The error object of an answer. Ironic's exceptions carry their class. */
function describe(error: Error, onUnexpected: (error: Error) => void): object {
  if (error instanceof JsonRpcFault) {
    return {code: error.code, message: error.message};
  }
  const known = ironicErrorOf(error, onUnexpected);
  if (!known) return {code: 500, message: 'Internal error'};
  return {
    code: known.code,
    message: known.message,
    data: {class: `ironic.common.exception.${known.name}`},
  };
}
