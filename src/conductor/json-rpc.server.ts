import {
  createServer,
  IncomingMessage,
  RequestListener,
  Server,
  ServerOptions,
  ServerResponse,
} from 'node:http';
import {createServer as createTlsServer} from 'node:https';
import {SecureContextOptions, Server as TlsServer} from 'node:tls';
import {
  BindingScope,
  inject,
  injectable,
  lifeCycleObserver,
  Server as LoopbackServer,
} from '@loopback/core';
import {
  BootConfigOptions,
  checkAll,
  ConfigurationError,
  rpcAuthStrategy,
} from '../config';
import {Connections} from '../http/connections';
import {closeGracefully, listen, listenOnSocket} from '../http/listen';
import {BootConfigBindings} from '../keys';
import {Logger} from '../logger';
import {asReconfigurable, Reconfigurable, TakeOver} from '../reconfiguration';
import {ConductorApi, formatHostAddress, isLoopback} from '../rpc';
import {Refusal, RpcAuthentication, rpcAuthentication} from './authentication';
import {dispatch} from './json-rpc-dispatcher';
import {rpcListenAddress, rpcListenSocket} from './rpc-listen-address';
import {rpcServerTls} from './rpc-tls';

// A call is some 600 bytes; a context with a token and a service catalogue may
// take some tens of thousands.
const MAX_BODY_SIZE = 128 * 1024;

// Slow senders are cut off; a sound call arrives in one piece.
const SERVER_OPTIONS: ServerOptions = {
  requestTimeout: 10_000,
  headersTimeout: 10_000,
  connectionsCheckingInterval: 1000,
  keepAliveTimeout: 30_000,
};

const HANDSHAKE_MILLISECONDS = 5000;

/**
 * Answers JSON-RPC over HTTP or HTTPS as Ironic's conductors do, for `get_boot_config`
 * alone. Listens when `[DEFAULT] rpc_transport` is `json-rpc`.
 */
@lifeCycleObserver('server', {scope: BindingScope.SINGLETON})
@injectable(asReconfigurable)
export class JsonRpcServer implements LoopbackServer, Reconfigurable {
  private server?: Server;
  private connections?: Connections;
  private readonly authentication: RpcAuthentication;

  constructor(
    @inject(BootConfigBindings.OPTIONS)
    private readonly options: BootConfigOptions,
    @inject(BootConfigBindings.CONDUCTOR)
    private readonly conductor: ConductorApi,
    @inject(BootConfigBindings.LOGGER)
    private readonly logger: Logger,
  ) {
    this.authentication = rpcAuthentication(options, logger);
  }

  get listening(): boolean {
    return this.server?.listening ?? false;
  }

  /**
   * @throws ConfigurationError when anybody could call it by accident, and for
   *   files of TLS and authentication that can't be used
   */
  async init(): Promise<void> {
    if (!this.isWanted()) return;
    await checkAll(
      () => this.refuseToBeOpen(),
      () => this.authentication.init(),
      () => this.tls(),
    );
  }

  async start(): Promise<void> {
    if (!this.isWanted()) return;
    this.server = await this.createServer((request, response) => {
      this.handle(request, response).catch((error: Error) => {
        this.logger.error({err: error}, 'an RPC request failed');
        response.destroy();
      });
    });
    this.connections = new Connections(this.server);
    this.logger.info(
      {
        host: this.options.DEFAULT.host,
        address: await this.listen(this.server),
      },
      'conductor listens for JSON-RPC',
    );
  }

  /** Reads the certificate anew; connections that are there keep theirs. */
  async prepare(): Promise<TakeOver> {
    const tls = this.isWanted() ? await this.tls() : undefined;
    return () => {
      const {server} = this;
      if (tls && server instanceof TlsServer) server.setSecureContext(tls);
    };
  }

  private isWanted(): boolean {
    return this.options.DEFAULT.rpc_transport === 'json-rpc';
  }

  async stop(): Promise<void> {
    const {request_timeout: timeout} = this.options.boot_config;
    if (this.server) {
      await closeGracefully(this.server, this.connections!, timeout);
    }
    this.server = undefined;
    await this.authentication.stop();
  }

  private refuseToBeOpen(): void {
    if (rpcAuthStrategy(this.options) || rpcListenSocket(this.options)) return;
    const address = rpcListenAddress(this.options);
    if (isLoopback(address)) return;
    throw new ConfigurationError([
      {
        section: 'json_rpc',
        option: 'auth_strategy',
        value: undefined,
        expected: `noauth to be set, if ${formatHostAddress(address)} shall answer calls without authentication; otherwise http_basic or keystone, or a loopback address in [json_rpc] host_ip`,
      },
    ]);
  }

  private async createServer(handler: RequestListener): Promise<Server> {
    const tls = await this.tls();
    if (!tls) return createServer(SERVER_OPTIONS, handler);
    return createTlsServer(
      {...SERVER_OPTIONS, ...tls, handshakeTimeout: HANDSHAKE_MILLISECONDS},
      handler,
    );
  }

  /** `undefined`: no TLS. */
  private async tls(): Promise<SecureContextOptions | undefined> {
    return this.options.json_rpc.use_ssl
      ? rpcServerTls(this.options)
      : undefined;
  }

  /** @returns where it listens */
  private async listen(server: Server): Promise<string> {
    const socket = rpcListenSocket(this.options);
    if (!socket) {
      const address = await listen(server, rpcListenAddress(this.options));
      return formatHostAddress(address);
    }
    await listenOnSocket(
      server,
      socket,
      this.options.json_rpc.unix_socket_mode,
    );
    return socket;
  }

  private async handle(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const refusal = await this.authentication.check(request.headers);
    if (refusal) {
      // Read to its end, as a reset would overtake the answer.
      request.resume();
      return refuse(response, refusal);
    }
    if (request.method !== 'POST') {
      return cutOff(response, 405, 'Only POST method can be used');
    }
    const body = await readBody(request);
    if (body === undefined) {
      return cutOff(response, 413, `More than ${MAX_BODY_SIZE} bytes`);
    }
    const answer = await dispatch(this.conductor, body, error =>
      this.logger.error({err: error}, 'get_boot_config failed'),
    );
    if (answer === undefined) response.writeHead(204).end();
    else send(response, 200, answer);
  }
}

function cutOff(
  response: ServerResponse,
  status: number,
  message: string,
): void {
  // What else of the body is to come will not be read.
  refuse(response, {status, message, headers: {Connection: 'close'}});
}

function refuse(
  response: ServerResponse,
  {status, message, headers = {}}: Refusal,
): void {
  for (const [name, value] of Object.entries(headers)) {
    response.setHeader(name, value);
  }
  send(response, status, JSON.stringify({error: {code: status, message}}));
}

function send(response: ServerResponse, status: number, json: string): void {
  const body = Buffer.from(json);
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': body.length,
  });
  response.end(body);
}

/** `undefined` when it is larger than allowed. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.iterator({destroyOnReturn: false})) {
    size += (chunk as Buffer).length;
    if (size > MAX_BODY_SIZE) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks, size).toString('utf8');
}
