import {createServer, IncomingMessage, Server, ServerResponse} from 'node:http';
import {
  BindingScope,
  inject,
  lifeCycleObserver,
  Server as LoopbackServer,
} from '@loopback/core';
import {BootConfigOptions} from '../config';
import {closeGracefully, listen} from '../http/listen';
import {BootConfigBindings} from '../keys';
import {Logger} from '../logger';
import {ConductorApi, formatHostAddress} from '../rpc';
import {dispatch} from './json-rpc-dispatcher';
import {rpcListenAddress} from './rpc-listen-address';

// A call is some 600 bytes; a context with a token and a service catalogue may
// take some tens of thousands.
const MAX_BODY_SIZE = 128 * 1024;

/**
 * Answers JSON-RPC over HTTP as Ironic's conductors do, for `get_boot_config`
 * alone. Listens when `[DEFAULT] rpc_transport` is `json-rpc`.
 */
@lifeCycleObserver('server', {scope: BindingScope.SINGLETON})
export class JsonRpcServer implements LoopbackServer {
  private server?: Server;

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

  async start(): Promise<void> {
    if (this.options.DEFAULT.rpc_transport !== 'json-rpc') return;
    this.server = createServer((request, response) => {
      this.handle(request, response).catch((error: Error) => {
        this.logger.error({err: error}, 'an RPC request failed');
        response.destroy();
      });
    });
    const address = await listen(this.server, rpcListenAddress(this.options));
    this.logger.info(
      {host: this.options.DEFAULT.host, address: formatHostAddress(address)},
      'conductor listens for JSON-RPC',
    );
  }

  async stop(): Promise<void> {
    if (this.server) await closeGracefully(this.server);
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
