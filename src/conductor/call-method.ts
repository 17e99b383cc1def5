import {BootConfigError} from '../boot-config-error';
import {
  ConductorApi,
  IronicError,
  isObject,
  RequestContext,
  TemporaryFailure,
} from '../rpc';

/** The one method that a conductor answers. */
export const METHOD = 'get_boot_config';

const ARGUMENTS = ['node_id', 'name'];

/** The method of a request that a conductor does not have. */
export class UnknownMethod extends Error {}

/** Arguments that the method does not take; the message says which and why. */
export class InvalidArguments extends Error {}

/**
 * Calls the method that a request names, whatever carried it.
 *
 * @param args - named, as they came
 * @throws UnknownMethod, InvalidArguments, and what the conductor throws
 */
export async function callMethod(
  conductor: ConductorApi,
  method: unknown,
  context: unknown,
  args: Record<string, unknown>,
): Promise<string> {
  if (method !== METHOD) throw new UnknownMethod(String(method));
  const fault = faultOf(context, args);
  if (fault) throw new InvalidArguments(fault);
  return conductor.getBootConfig(
    context as RequestContext,
    args.node_id as string | number,
    args.name as string,
  );
}

function faultOf(
  context: unknown,
  args: Record<string, unknown>,
): string | undefined {
  const {node_id: nodeId, name} = args;
  const unknown = Object.keys(args).find(key => !ARGUMENTS.includes(key));
  if (unknown !== undefined) return `unexpected argument ${unknown}`;
  if (!isObject(context)) return 'context has to be an object';
  if (typeof nodeId !== 'string' && !Number.isSafeInteger(nodeId)) {
    return 'node_id has to be a UUID or an integer';
  }
  return typeof name === 'string' ? undefined : 'name has to be a string';
}

/**
 * The error as the caller may know it: as one of Ironic's, or `undefined` when
 * its message may tell of paths or addresses, which are the log's alone.
 *
 * @param onUnexpected - told of an error that is none of Ironic's
 */
export function ironicErrorOf(
  error: Error,
  onUnexpected: (error: Error) => void,
): IronicError | undefined {
  if (error instanceof IronicError) return error;
  onUnexpected(error);
  return error instanceof BootConfigError
    ? new TemporaryFailure('The conductor has no database at the moment.')
    : undefined;
}
