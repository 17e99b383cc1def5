import {
  createServer,
  IncomingHttpHeaders,
  IncomingMessage,
  Server,
  ServerResponse,
} from 'node:http';
import {createServer as createTlsServer} from 'node:https';
import {isIP} from 'node:net';
import {
  BindingScope,
  inject,
  lifeCycleObserver,
  Server as LoopbackServer,
} from '@loopback/core';
import {RestBindings, RestServer} from '@loopback/rest';
import {Refusal, RpcAuthentication} from '../conductor/authentication';
import {BootConfigOptions, ConfigurationError} from '../config';
import {KeyPair} from '../config/key-pair';
import {pathOf} from '../http';
import {Connections} from '../http/connections';
import {closeGracefully, listen} from '../http/listen';
import {BootConfigBindings} from '../keys';
import {Logger} from '../logger';
import {OpsHandler} from '../ops';
import {
  formatHostAddress,
  HostAddress,
  isLoopback,
  parseHostAddress,
} from '../rpc';
import {operatorsAuthentication} from './operators-authentication';
import {operatorsKeyPair} from './operators-tls';

/**
 * Listens for operators: events, health, metrics, the API explorer with its
 * document, and the API itself so that the explorer can call it.
 */
@lifeCycleObserver('server', {scope: BindingScope.SINGLETON})
export class OperatorsServer implements LoopbackServer {
  /** Where it listens; set while it does. */
  address?: HostAddress;

  private server?: Server;
  private connections?: Connections;
  private keyPair?: KeyPair;
  private readonly authentication: RpcAuthentication;

  constructor(
    @inject(BootConfigBindings.OPTIONS)
    private readonly options: BootConfigOptions,
    @inject(BootConfigBindings.OPS)
    private readonly ops: OpsHandler,
    @inject(RestBindings.SERVER)
    private readonly restServer: RestServer,
    @inject(BootConfigBindings.LOGGER)
    private readonly logger: Logger,
  ) {
    this.authentication = operatorsAuthentication(options, logger);
  }

  get listening(): boolean {
    return this.server?.listening ?? false;
  }

  /**
   * @throws ConfigurationError when anybody could look in by accident, and for
   *   files of TLS and authentication that can't be used
   */
  async init(): Promise<void> {
    this.refuseToBeOpen();
    await this.authentication.init();
    this.keyPair = await operatorsKeyPair(this.options);
  }

  async start(): Promise<void> {
    const {ops_host_ip: host, ops_port: port} = this.options.boot_config;
    const handle = (request: IncomingMessage, response: ServerResponse) =>
      void this.handle(request, response);
    this.server = this.keyPair
      ? createTlsServer(this.keyPair, handle)
      : createServer(handle);
    this.connections = new Connections(this.server);
    this.address = await listen(this.server, {host, port});
    const url = `${this.keyPair ? 'https' : 'http'}://${formatHostAddress(this.address)}`;
    this.logger.info(
      {page: `${url}/`, explorer: `${url}/explorer/`},
      'listening for operators',
    );
  }

  async stop(): Promise<void> {
    const {request_timeout: timeout} = this.options.boot_config;
    this.ops.stop();
    if (this.server) {
      await closeGracefully(this.server, this.connections!, timeout);
    }
    await this.authentication.stop();
    this.address = undefined;
  }

  private refuseToBeOpen(): void {
    const {ops_auth_strategy, ops_host_ip, ops_port} = this.options.boot_config;
    const address = {host: ops_host_ip, port: ops_port};
    if (ops_auth_strategy || isLoopback(address)) return;
    throw new ConfigurationError([
      {
        section: 'boot_config',
        option: 'ops_auth_strategy',
        value: undefined,
        expected: `noauth to be set, if ${formatHostAddress(address)} shall answer anybody; otherwise http_basic, or a loopback address in [boot_config] ops_host_ip`,
      },
    ]);
  }

  /**
   * A page from elsewhere, in a browser on this machine, can have its own name
   * resolve to this address and would be let in to read. So where nobody is
   * asked for a password, and nobody was told not to, names are not answered.
   */
  private misdirected({host = ''}: IncomingHttpHeaders): Refusal | undefined {
    if (this.options.boot_config.ops_auth_strategy) return undefined;
    const {host: name} = parseHostAddress(host, 0);
    if (name === 'localhost' || isIP(name)) return undefined;
    return {
      status: 421,
      message:
        'Only an IP address or localhost is answered, unless [boot_config] ops_auth_strategy is set',
    };
  }

  private async handle(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const refusal =
      this.misdirected(request.headers) ??
      (await this.authentication.check(request.headers));
    if (refusal) {
      // Read to its end, as a reset would overtake the answer.
      request.resume();
      response.writeHead(refusal.status, {
        ...refusal.headers,
        'Content-Type': 'application/json',
      });
      response.end(`${JSON.stringify({error: refusal.message})}\n`);
      return;
    }
    const path = pathOf(request.url!);
    if (this.ops.matches(path)) await this.ops.answer(request, response, path);
    else this.restServer.requestHandler(request, response);
  }
}
