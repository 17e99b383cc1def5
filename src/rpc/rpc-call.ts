import {RequestContext} from './request-context';

/** One call of a conductor's method, whatever carries it. */
export interface RpcCall {
  method: string;
  /** Named arguments, without the context. */
  args: Record<string, unknown>;
  context: RequestContext;
  /** Version of the RPC API that the method needs, `[boot_config] rpc_version`. */
  version: string;
  /** Milliseconds after which nobody waits for the answer, if that is known. */
  timeout?: number;
}
