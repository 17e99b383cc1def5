import {ConnectionOptions} from 'node:tls';
import {BindingScope, inject, injectable} from '@loopback/core';
import {Pool} from 'undici';
import {BootConfigError, Reason} from '../boot-config-error';
import {BootConfigOptions} from '../config';
import {clientTls} from '../config/client-tls';
import {readBody, TooLarge} from '../http/read-body';
import {BootConfigBindings} from '../keys';
import {KeystoneError, KeystoneFault} from '../keystone';
import {Logger} from '../logger';
import {
  decodeAnswer,
  encodeCall,
  formatHostAddress,
  JsonRpcAnswer,
  parseHostAddress,
  RpcCall,
} from '../rpc';
import {causeOf} from '../rpc/cause-of';
import {TakeOver} from '../reconfiguration';
import {rpcCredentials, RpcCredentials} from './json-rpc-credentials';
import {remoteFailure} from './remote-failure';
import {asRpcTransport, RpcTransport} from './rpc-transport';
import {RpcUnavailable} from './rpc-unavailable';

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
    @inject(BootConfigBindings.LOGGER, {optional: true})
    private readonly logger?: Logger,
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
      const before = this.setup;
      this.pools.clear();
      this.setup = setup;
      void Promise.all(pools.map(pool => pool.close()))
        .then(() => before)
        .then(last => last?.credentials.stop())
        .catch(() => {});
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
    const setup = await this.setup?.catch(() => undefined);
    this.setup = undefined;
    await Promise.all([
      ...pools.map(pool => pool.destroy()),
      setup?.credentials.stop(),
    ]);
  }

  private async ready(): Promise<Setup> {
    this.setup ??= this.makeReady();
    return this.setup;
  }

  private async makeReady(): Promise<Setup> {
    const {use_ssl: ssl, client_use_ssl: clientSsl} = this.options.json_rpc;
    return {
      credentials: await rpcCredentials(this.options, this.logger),
      tls:
        ssl || clientSsl
          ? await clientTls(this.options, 'json_rpc')
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
    const send = async () => {
      const pool = this.poolOf(hostname, tls);
      const headers = await credentials.headers(signal);
      const response = await pool.request({
        method: 'POST',
        path: '/',
        headers: {'content-type': 'application/json', ...headers},
        body: encodeCall(call),
        signal,
      });
      return {headers, response};
    };
    try {
      let {headers, response} = await send();
      if (response.statusCode === 401 && credentials.renounce(headers)) {
        await response.body.dump();
        ({headers, response} = await send());
      }
      const body = await readBody(
        response.body,
        ESCAPE_FACTOR * maxSize + ENVELOPE_SIZE,
      );
      refuseStatus(response.statusCode, credentials);
      return decode(body, call);
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

function refuseStatus(status: number, {name}: RpcCredentials): void {
  switch (status) {
    case 200:
      return;
    case 401:
      throw new BadAnswer(`it does not take ${name} (HTTP status 401)`);
    case 403:
      throw new BadAnswer(
        'it does not let this user call, who may have none of its [json_rpc] allowed_roles (HTTP status 403)',
      );
    case 503:
      // A conductor that listens already answers so until it is online.
      throw new Error(
        'it is not online, or not able to tell who calls (HTTP status 503)',
      );
    default:
      throw new BadAnswer(`HTTP status ${status}`);
  }
}

function decode(body: string, call: RpcCall): JsonRpcAnswer {
  try {
    return decodeAnswer(body, call.context.request_id!);
  } catch (error) {
    throw new BadAnswer((error as Error).message);
  }
}

const REASON_BY_FAULT: Record<KeystoneFault, Reason> = {
  refused: 'conductor_error',
  forbidden: 'conductor_error',
  unusable: 'conductor_error',
  unreachable: 'conductor_unreachable',
  late: 'conductor_timeout',
};

function failureOf(
  hostname: string,
  error: Error & {code?: string},
  signal: AbortSignal,
): BootConfigError {
  const options = {cause: error};
  if (error instanceof KeystoneError) {
    return new RpcUnavailable(
      `conductor ${hostname} can't be called without a token: ${error.message}`,
      {...options, reason: REASON_BY_FAULT[error.fault]},
    );
  }
  if (error instanceof BadAnswer || error instanceof TooLarge) {
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
