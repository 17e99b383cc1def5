import {
  createServer,
  IncomingMessage,
  Server,
  ServerOptions,
  ServerResponse,
} from 'node:http';
import {
  BindingScope,
  inject,
  lifeCycleObserver,
  Server as LoopbackServer,
} from '@loopback/core';
import {
  BootConfigOptions,
  ConfigurationError,
  rpcAuthStrategy,
} from '../config';
import {Connections} from '../http/connections';
import {closeGracefully, listen} from '../http/listen';
import {BootConfigBindings} from '../keys';
import {Logger} from '../logger';
import {ConductorApi, formatHostAddress} from '../rpc';
import {dispatch} from './json-rpc-dispatcher';
import {isLoopback, rpcListenAddress} from './rpc-listen-address';

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

/**
 * Answers JSON-RPC over HTTP as Ironic's conductors do, for `get_boot_config`
 * alone. Listens when `[DEFAULT] rpc_transport` is `json-rpc`.
 */
@lifeCycleObserver('server', {scope: BindingScope.SINGLETON})
export class JsonRpcServer implements LoopbackServer {
  private server?: Server;
  private connections?: Connections;

  constructor(
    @inject(BootConfigBindings.OPTIONS)
    private readonly options: BootConfigOptions,
    @inject(BootConfigBindings.CONDUCTOR)
    private readonly conductor: ConductorApi,
    @inject(BootConfigBindings.LOGGER)
    private readonly logger: Logger,
  ) {}

  get listening(): boolean {
    return this.server?.listening ?? false;
  }

  /** @throws ConfigurationError when anybody could call it by accident */
  async init(): Promise<void> {
    if (!this.isWanted() || rpcAuthStrategy(this.options)) return;
    const address = rpcListenAddress(this.options);
    if (isLoopback(address)) return;
    throw new ConfigurationError([
      {
        section: 'json_rpc',
        option: 'auth_strategy',
        value: undefined,
        expected: `noauth to be set, if ${formatHostAddress(address)} shall answer calls without authentication; otherwise a loopback address in [json_rpc] host_ip`,
      },
    ]);
  }

  async start(): Promise<void> {
    if (!this.isWanted()) return;
    this.server = createServer(SERVER_OPTIONS, (request, response) => {
      this.handle(request, response).catch((error: Error) => {
        this.logger.error({err: error}, 'an RPC request failed');
        response.destroy();
      });
    });
    this.connections = new Connections(this.server);
    const address = await listen(this.server, rpcListenAddress(this.options));
    this.logger.info(
      {host: this.options.DEFAULT.host, address: formatHostAddress(address)},
      'conductor listens for JSON-RPC',
    );
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
  }

  private async handle(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    if (request.method !== 'POST') {
      return refuse(response, 405, 'Only POST method can be used');
    }
    const body = await readBody(request);
    if (body === undefined) {
      return refuse(response, 413, `More than ${MAX_BODY_SIZE} bytes`);
    }
    const answer = await dispatch(this.conductor, body, error =>
      this.logger.error({err: error}, 'get_boot_config failed'),
    );
    if (answer === undefined) response.writeHead(204).end();
    else send(response, 200, answer);
  }
}

function refuse(response: ServerResponse, code: number, message: string): void {
  // What else of the body is to come will not be read.
  response.setHeader('Connection', 'close');
  send(response, code, JSON.stringify({error: {code, message}}));
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
