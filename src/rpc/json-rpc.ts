import {RemoteError} from './errors';
import {parseJson} from './parse-json';
import {RpcCall} from './rpc-call';

/**
 * JSON-RPC 2.0 as Ironic speaks it: named parameters, no batches, the context
 * and the version among the parameters.
 */

/** Codes of JSON-RPC 2.0 itself. */
export const JsonRpcCode = {
  PARSE_ERROR: -32700,
  INVALID_REQUEST: -32600,
  METHOD_NOT_FOUND: -32601,
  INVALID_PARAMS: -32602,
} as const;

export type JsonRpcId = string | number;

/** The body of a request. */
export function encodeCall(call: RpcCall): string {
  return JSON.stringify({
    jsonrpc: '2.0',
    method: call.method,
    params: {
      ...call.args,
      context: call.context,
      'rpc.version': call.version,
    },
    id: call.context.request_id,
  });
}

export type JsonRpcAnswer = {result: unknown} | {error: RemoteError};

/**
 * Reads the body of an answer.
 *
 * @param id - of the request that is answered
 * @throws Error when it is none, or answers another request
 */
export function decodeAnswer(body: string, id: string): JsonRpcAnswer {
  const answer = parseJson(body);
  if (!isObject(answer)) throw new Error('the answer is not an object');
  if (isObject(answer.error)) return {error: decodeError(answer.error)};
  if (answer.id !== id) throw new Error('the answer is to another request');
  if (!('result' in answer)) throw new Error('the answer has no result');
  return {result: answer.result};
}

function decodeError(error: Record<string, unknown>): RemoteError {
  const data = isObject(error.data) ? error.data : {};
  return {
    code: typeof error.code === 'number' ? error.code : 500,
    message: typeof error.message === 'string' ? error.message : '',
    className:
      typeof data.class === 'string' ? data.class.split('.').pop() : undefined,
  };
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
