import {Application} from '@loopback/core';
import {
  Middleware,
  RestComponent,
  RestMiddlewareGroups,
  RestServer,
} from '@loopback/rest';
import {givenHttpServerConfig} from '@loopback/testlab';
import {BootConfigBindings, BootConfigComponent} from '../../../src';
import {
  Host,
  itKeepsTheContract,
  RecordingLogger,
  sampleConfig,
  StubConductor,
} from '../support';

const refusing: Middleware = ({response}) => {
  response.status(406).json({error_message: 'no'});
  return response;
};

const AHEAD = {
  group: 'ahead',
  downstreamGroups: [RestMiddlewareGroups.SEND_RESPONSE],
};

/** An application of LoopBack's core with REST servers of its own. */
class ServersApplication extends Application {
  readonly conductor = new StubConductor();
  readonly logger = new RecordingLogger();

  constructor() {
    super({rest: givenHttpServerConfig()});
    this.component(BootConfigComponent);
    this.component(RestComponent);
    this.bind(BootConfigBindings.CONDUCTOR).to(this.conductor);
    this.bind(BootConfigBindings.LOGGER).to(this.logger);
  }

  async configured(): Promise<this> {
    this.configure(BootConfigBindings.COMPONENT).to(await sampleConfig());
    return this;
  }

  /** One of its servers, as a host. */
  async host(name: string): Promise<Host> {
    const server = await this.getServer<RestServer>(name);
    const {conductor, logger} = this;
    return {port: Number(new URL(server.rootUrl!).port), conductor, logger};
  }
}

describe('An application that is no RestApplication', () => {
  let app: ServersApplication;
  let host: Host;

  before(async () => {
    app = await new ServersApplication().configured();
    await app.start();
    host = await app.host('RestServer');
  });
  after(async () => app?.stop());

  itKeepsTheContract(() => host);
});

describe('An application with two REST servers', () => {
  let app: ServersApplication;
  let hosts: Host[];

  before(async () => {
    app = await new ServersApplication().configured();
    app.server(RestServer, 'second');
    const second = await app.getServer<RestServer>('second');
    second.middleware(refusing, AHEAD);
    await app.start();
    hosts = [await app.host('RestServer'), await app.host('second')];
  });
  after(async () => app?.stop());

  describe('answers on the one', () => itKeepsTheContract(() => hosts[0]));

  describe('answers on the other, whatever middleware that has', () =>
    itKeepsTheContract(() => hosts[1]));
});
