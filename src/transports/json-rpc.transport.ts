import {ConnectionOptions} from 'node:tls';
import {BindingScope, inject, injectable} from '@loopback/core';
import {Dispatcher, Pool} from 'undici';
import {BootConfigError} from '../boot-config-error';
import {BootConfigOptions} from '../config';
import {BootConfigBindings} from '../keys';
import {
  decodeAnswer,
  encodeCall,
  formatHostAddress,
  JsonRpcAnswer,
  parseHostAddress,
  RpcCall,
} from '../rpc';
import {rpcCredentials, RpcCredentials} from './json-rpc-credentials';
import {callsOverTls, rpcClientTls} from './json-rpc-tls';
import {TakeOver} from '../reconfiguration';
import {remoteFailure} from './remote-failure';
import {asRpcTransport, RpcTransport} from './rpc-transport';

// Room for what JSON adds around a script, and for the longest escape of a
// byte in one, \u00XX.
const ENVELOPE_SIZE = 16 * 1024;
const ESCAPE_FACTOR = 6;

const MAX_CONNECTIONS = 32;

/** What calls need besides their conductor. */
interface Setup {
  credentials: RpcCredentials;
  /** `undefined`: no TLS. */
  tls?: ConnectionOptions;
}

/**
 * JSON-RPC 2.0 over HTTP or HTTPS, one pool of kept connections for each conductor.
 *
 * `[boot_config] conductor_port` takes the place of the port in the host name
 * and of `[json_rpc] port`, as it is an agent's that shares the host's name.
 */
@injectable(asRpcTransport, {scope: BindingScope.SINGLETON})
export class JsonRpcTransport implements RpcTransport {
  readonly name = 'json-rpc';

  private readonly pools = new Map<string, Pool>();
  private setup?: Promise<Setup>;

  constructor(
    @inject(BootConfigBindings.OPTIONS)
    private readonly options: BootConfigOptions,
  ) {}

  /** @throws ConfigurationError when TLS or credentials lack something */
  async init(): Promise<void> {
    await this.ready();
  }

  /** Reads certificates anew; calls that are under way keep their connections. */
  async prepare(): Promise<TakeOver> {
    const setup = this.makeReady();
    await setup;
    return () => {
      const pools = [...this.pools.values()];
      this.pools.clear();
      this.setup = setup;
      for (const pool of pools) pool.close(() => {});
    };
  }

  async call(
    hostname: string,
    call: RpcCall,
    signal: AbortSignal,
  ): Promise<unknown> {
    const answer = await this.post(hostname, call, signal);
    if ('error' in answer) throw remoteFailure(hostname, answer.error);
    return answer.result;
  }

  async stop(): Promise<void> {
    const pools = [...this.pools.values()];
    this.pools.clear();
    this.setup = undefined;
    await Promise.all(pools.map(pool => pool.destroy()));
  }

  private async ready(): Promise<Setup> {
    this.setup ??= this.makeReady();
    return this.setup;
  }

  private async makeReady(): Promise<Setup> {
    return {
      credentials: rpcCredentials(this.options),
      tls: callsOverTls(this.options)
        ? await rpcClientTls(this.options)
        : undefined,
    };
  }

  private async post(
    hostname: string,
    call: RpcCall,
    signal: AbortSignal,
  ): Promise<JsonRpcAnswer> {
    const {max_script_size: maxSize} = this.options.boot_config;
    const {credentials, tls} = await this.ready();
    try {
      const response = await this.poolOf(hostname, tls).request({
        method: 'POST',
        path: '/',
        headers: {
          'content-type': 'application/json',
          ...credentials.headers(),
        },
        body: encodeCall(call),
        signal,
      });
      const body = await readBody(
        response.body,
        ESCAPE_FACTOR * maxSize + ENVELOPE_SIZE,
      );
      return decode(response.statusCode, body, call);
    } catch (error) {
      throw failureOf(hostname, error as Error, signal);
    }
  }

  private poolOf(hostname: string, tls?: ConnectionOptions): Pool {
    const {json_rpc: jsonRpc, boot_config: own} = this.options;
    const address = parseHostAddress(hostname, jsonRpc.port);
    if (own.conductor_port) address.port = own.conductor_port;
    const origin = `${tls ? 'https' : 'http'}://${formatHostAddress(address)}`;
    let pool = this.pools.get(origin);
    if (!pool) {
      // The signal ends a call in time; these end what it left behind.
      const timeout = own.request_timeout * 1000;
      pool = new Pool(origin, {
        connections: MAX_CONNECTIONS,
        connectTimeout: timeout,
        connect: tls,
        headersTimeout: timeout,
        bodyTimeout: timeout,
      });
      this.pools.set(origin, pool);
    }
    return pool;
  }
}

/** An answer that came but is none to the call. */
class BadAnswer extends Error {}

async function readBody(
  body: Dispatcher.ResponseData['body'],
  limit: number,
): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    // Leaving the loop destroys the body and with it the connection.
    if (size > limit) throw new BadAnswer(`more than ${limit} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size).toString('utf8');
}

function decode(status: number, body: string, call: RpcCall): JsonRpcAnswer {
  // A conductor that listens already but is not online yet answers 503.
  if (status === 503) throw new Error('it is not online (HTTP status 503)');
  if (status === 401) {
    throw new BadAnswer(
      'it does not take the credentials of [json_rpc] (HTTP status 401)',
    );
  }
  if (status !== 200) throw new BadAnswer(`HTTP status ${status}`);
  try {
    return decodeAnswer(body, call.context.request_id!);
  } catch (error) {
    throw new BadAnswer((error as Error).message);
  }
}

function failureOf(
  hostname: string,
  error: Error & {code?: string},
  signal: AbortSignal,
): BootConfigError {
  const options = {cause: error};
  if (error instanceof BadAnswer) {
    return new BootConfigError(
      'conductor_error',
      `conductor ${hostname} gave no usable answer: ${error.message}`,
      options,
    );
  }
  if (signal.aborted || error.code?.includes('TIMEOUT')) {
    return new BootConfigError(
      'conductor_timeout',
      `conductor ${hostname} did not answer in time`,
      options,
    );
  }
  return new BootConfigError(
    'conductor_unreachable',
    `conductor ${hostname} can't be reached: ${causeOf(error)}`,
    options,
  );
}

function causeOf(error: Error & {code?: string; reason?: string}): string {
  // OpenSSL's own messages are of several lines, with places in its source.
  if (error.code?.startsWith('ERR_SSL_')) return `TLS: ${error.reason}`;
  return error.message || String(error.code);
}
