import {createServer, IncomingMessage, Server, ServerResponse} from 'node:http';
import {Socket} from 'node:net';
import {Duplex} from 'node:stream';
import {
  BindingScope,
  inject,
  injectable,
  lifeCycleObserver,
  Server as LoopbackServer,
} from '@loopback/core';
import {RestBindings, RestServer} from '@loopback/rest';
import {BootConfigError} from '../boot-config-error';
import {BootTrace} from '../boot-trace';
import {BootConfigOptions} from '../config';
import {pathOf, rawNotFound, sendNotFound} from '../http';
import {Connections} from '../http/connections';
import {closeGracefully, listen} from '../http/listen';
import {BootConfigBindings} from '../keys';
import {Logger} from '../logger';
import {BootBranch} from '../middleware';
import {BootEvents, refusedEvent} from '../ops';
import {asReconfigurable, Reconfigurable, TakeOver} from '../reconfiguration';
import {formatHostAddress, HostAddress} from '../rpc';
import {isOperatorsPath} from './operators-path';

// iPXE keeps an idle connection for 10 s (PING_TIMEOUT in its httpconn.c) and
// must not find it closed when it asks for the next NIC.
const KEEP_ALIVE_MILLISECONDS = 15_000;

// A sender of less than a request within this is no firmware.
const REQUEST_MILLISECONDS = 10_000;
const CHECK_MILLISECONDS = 1000;

// Nor is a reader of nothing within this.
const READ_MILLISECONDS = 10_000;

// For clients that do not close a connection that was closed to them.
const LINGER_MILLISECONDS = 2000;

// A request of iPXE's has some 150 bytes.
const MAX_HEADER_SIZE = 8 * 1024;

/**
 * Listens for firmware. Requests of the branch go straight to it, which is four
 * times as fast as through LoopBack's sequence; everything else goes to
 * LoopBack.
 */
@lifeCycleObserver('server', {scope: BindingScope.SINGLETON})
@injectable(asReconfigurable)
export class FirmwareServer implements LoopbackServer, Reconfigurable {
  /** Where it listens; set while it does. */
  address?: HostAddress;

  private readonly server: Server;
  private readonly connections: Connections;

  /** The answer to the latest request of a connection. */
  private readonly latest = new WeakMap<Duplex, ServerResponse>();

  /** Connections over which no further request can come. */
  private readonly refused = new WeakSet<Duplex>();

  constructor(
    @inject(BootConfigBindings.OPTIONS)
    private readonly options: BootConfigOptions,
    @inject(BootConfigBindings.BRANCH)
    private readonly branch: BootBranch,
    @inject(RestBindings.SERVER)
    private readonly restServer: RestServer,
    @inject(BootConfigBindings.EVENTS)
    private readonly events: BootEvents,
    @inject(BootConfigBindings.LOGGER)
    private readonly logger: Logger,
  ) {
    this.server = this.createServer();
    this.connections = new Connections(this.server);
  }

  get listening(): boolean {
    return this.server.listening;
  }

  async start(): Promise<void> {
    const {host_ip: host, port} = this.options.api;
    this.address = await listen(this.server, {host, port});
    this.logger.info(
      {address: formatHostAddress(this.address)},
      'API listens for firmware',
    );
  }

  async prepare({boot_config: own}: BootConfigOptions): Promise<TakeOver> {
    return () => {
      this.server.timeout = silence(own.request_timeout);
    };
  }

  async stop(): Promise<void> {
    const {request_timeout: timeout} = this.options.boot_config;
    await closeGracefully(this.server, this.connections, timeout);
    this.address = undefined;
  }

  private createServer(): Server {
    const handle = (request: IncomingMessage, response: ServerResponse) =>
      this.handle(request, response);
    const {request_timeout: timeout} = this.options.boot_config;
    return (
      createServer(
        {
          keepAliveTimeout: KEEP_ALIVE_MILLISECONDS,
          requestTimeout: REQUEST_MILLISECONDS,
          headersTimeout: REQUEST_MILLISECONDS,
          connectionsCheckingInterval: CHECK_MILLISECONDS,
          maxHeaderSize: MAX_HEADER_SIZE,
          requireHostHeader: false,
        },
        handle,
      )
        .setTimeout(silence(timeout))
        // Without these node:http would answer by itself: 100 Continue, which
        // iPXE does not understand, 417, 400, 431, or nothing at all.
        .on('checkContinue', handle)
        .on('checkExpectation', handle)
        .on('connect', (_request, socket) => {
          // From here on the socket is out of the hands of node:http, and an
          // error that nobody hears would end the process.
          socket.on('error', () => socket.destroy());
          this.refuseRaw(
            socket,
            new BootConfigError('method_unknown', 'method CONNECT'),
          );
        })
        .on('clientError', (error, socket) =>
          this.refuseRaw(socket, unreadable(error)),
        )
    );
  }

  private handle(request: IncomingMessage, response: ServerResponse): void {
    this.latest.set(request.socket, response);
    const path = pathOf(request.url!);
    if (this.branch.matches(path)) {
      void this.branch.answer(request, response, path);
    } else if (isOperatorsPath(path)) {
      sendNotFound(response);
    } else {
      this.restServer.requestHandler(request, response);
    }
  }

  /** The constant 404 to what node:http has no response to, and the end. */
  private refuseRaw(socket: Duplex, refusal: BootConfigError): void {
    // The rest of what was refused already, or comes when all is said.
    if (this.refused.has(socket) || socket.writableEnded) return;
    this.refused.add(socket);
    // The client has gone.
    if (!socket.writable) return void socket.destroy();
    const latest = this.latest.get(socket);
    if (latest && !isOver(latest)) {
      // The fault is in the body of a request that has an answer of its own, or
      // behind one that still waits for its answer, or that was to be the last:
      // a second answer would be taken for that to another request.
      latest.shouldKeepAlive = false;
      if (latest.writableFinished) hangUp(socket);
      else latest.once('finish', () => hangUp(socket));
      return;
    }
    hangUp(socket, rawNotFound());
    const source = (socket as Socket).remoteAddress;
    this.events.emit(refusedEvent(new BootTrace(), {source}, refusal), refusal);
  }
}

/**
 * Milliseconds after which a connection is given up on which nothing comes or
 * goes: while a request is worked on, nothing does.
 */
function silence(requestTimeout: number): number {
  return requestTimeout * 1000 + READ_MILLISECONDS;
}

/** Whether a request is over and its connection good for another one. */
function isOver({req, writableFinished, shouldKeepAlive}: ServerResponse) {
  return req.complete && writableFinished && shouldKeepAlive;
}

/**
 * Sends the last of a connection and closes it. What the client still sends is
 * read for a while, as a socket that is closed over it takes its answer back.
 */
function hangUp(socket: Duplex, last?: string): void {
  const timer = setTimeout(() => socket.destroy(), LINGER_MILLISECONDS);
  socket.once('close', () => clearTimeout(timer));
  socket.end(last);
  socket.resume();
}

/** Why a request is refused that node:http could not read. */
function unreadable(error: Error & {code?: string}): BootConfigError {
  return new BootConfigError(
    error.code === 'HPE_INVALID_METHOD' ? 'method_unknown' : 'path_unknown',
    `the request can't be read: ${error.message} (${error.code})`,
  );
}
