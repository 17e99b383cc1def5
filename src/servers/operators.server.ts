import {createServer, Server} from 'node:http';
import {
  BindingScope,
  inject,
  lifeCycleObserver,
  Server as LoopbackServer,
} from '@loopback/core';
import {RestBindings, RestServer} from '@loopback/rest';
import {BootConfigOptions} from '../config';
import {Connections} from '../http/connections';
import {closeGracefully, listen} from '../http/listen';
import {BootConfigBindings} from '../keys';
import {Logger} from '../logger';
import {formatHostAddress, HostAddress} from '../rpc';

/**
 * Listens for operators: the API explorer, its document, and the API itself so
 * that the explorer can call it.
 */
@lifeCycleObserver('server', {scope: BindingScope.SINGLETON})
export class OperatorsServer implements LoopbackServer {
  /** Where it listens; set while it does. */
  address?: HostAddress;

  private server?: Server;
  private connections?: Connections;

  constructor(
    @inject(BootConfigBindings.OPTIONS)
    private readonly options: BootConfigOptions,
    @inject(RestBindings.SERVER)
    private readonly restServer: RestServer,
    @inject(BootConfigBindings.LOGGER)
    private readonly logger: Logger,
  ) {}

  get listening(): boolean {
    return this.server?.listening ?? false;
  }

  async start(): Promise<void> {
    const {ops_host_ip: host, ops_port: port} = this.options.boot_config;
    this.server = createServer(this.restServer.requestHandler);
    this.connections = new Connections(this.server);
    this.address = await listen(this.server, {host, port});
    this.logger.info(
      {explorer: `http://${formatHostAddress(this.address)}/explorer/`},
      'listening for operators',
    );
  }

  async stop(): Promise<void> {
    const {request_timeout: timeout} = this.options.boot_config;
    if (this.server) {
      await closeGracefully(this.server, this.connections!, timeout);
    }
    this.address = undefined;
  }
}
