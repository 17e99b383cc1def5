import {createServer, Server} from 'node:http';
import {AddressInfo} from 'node:net';
import {Application} from '@loopback/core';
import {expect} from '@loopback/testlab';
import express from 'express';
import {
  BootConfigBindings,
  BootConfigComponent,
  createBootHandler,
} from '../../../src';
import {
  askFor,
  expectServed,
  givenApplication,
  givenHost,
  Host,
  itKeepsTheContract,
  RecordingLogger,
  sampleConfig,
  send,
  StubConductor,
} from '../support';

/** A LoopBack application inside a server that another program made. */
class ParentHost implements Host {
  private server: Server;

  constructor(
    private readonly app: Application & Pick<Host, 'conductor' | 'logger'>,
    readonly prefix = '',
  ) {}

  readonly conductor = this.app.conductor;
  readonly logger = this.app.logger;

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async listen(handler: Parameters<typeof createServer>[1]): Promise<this> {
    this.server = createServer(handler);
    await new Promise<void>(done => this.server.listen(0, '127.0.0.1', done));
    return this;
  }

  async stop(): Promise<void> {
    await new Promise(done => this.server.close(done));
    await this.app.stop();
  }
}

const NOT_LISTENING = {rest: {listenOnStart: false}};

describe('An application mounted in Express', () => {
  for (const prefix of ['', '/baremetal', '/deep/er']) {
    describe(`at ${prefix || 'its root'}`, () => {
      let host: ParentHost;

      before(async () => {
        const app = await givenHost(NOT_LISTENING);
        const parent = express();
        parent.use((_request, response, next) => {
          response.setHeader('X-Parent', 'ours');
          next();
        });
        parent.use(prefix || '/', app.requestHandler);
        host = await new ParentHost(app, prefix).listen(parent);
      });
      after(async () => host?.stop());

      itKeepsTheContract(() => host);
    });
  }

  describe('and never started', () => {
    let host: ParentHost;

    before(async () => {
      const app = await givenApplication(NOT_LISTENING);
      host = await new ParentHost(app).listen(app.requestHandler);
    });
    after(async () => host?.stop());

    itKeepsTheContract(() => host);
  });
});

describe('A boot handler in front of a hostile Express application', () => {
  let host: ParentHost;

  before(async () => {
    const app = await givenHost(NOT_LISTENING);
    const parent = express();
    parent.use(await createBootHandler(app));
    parent.use((_request, response) => {
      response.status(406).json({error_message: 'no such version'});
    });
    parent.use(app.requestHandler);
    host = await new ParentHost(app).listen(parent);
  });
  after(async () => host?.stop());

  itKeepsTheContract(() => host);

  it('leaves everything else to the application', async () => {
    for (const target of ['/', '/v1', '/v1/bootfoo', '/v1/nodes']) {
      expect(await send(host.port, {target})).to.have.property('status', 406);
    }
  });
});

describe('A boot handler below a path of Express', () => {
  let host: ParentHost;

  before(async () => {
    const app = await givenHost(NOT_LISTENING);
    const parent = express();
    parent.use('/baremetal', await createBootHandler(app));
    host = await new ParentHost(app, '/baremetal').listen(parent);
  });
  after(async () => host?.stop());

  itKeepsTheContract(() => host);
});

describe('A boot handler in front of node:http', () => {
  let host: ParentHost;

  before(async () => {
    const app = await givenHost(NOT_LISTENING);
    const handler = await createBootHandler(app);
    host = await new ParentHost(app).listen((request, response) =>
      handler(request, response, () => {
        void app.requestHandler(request, response);
      }),
    );
  });
  after(async () => host?.stop());

  itKeepsTheContract(() => host);

  it('leaves the rest to LoopBack', async () => {
    const answer = await send(host.port, {target: '/openapi.json'});
    expect(answer.status).to.equal(200);
    expectServed(await askFor(host));
  });
});

describe('A boot handler of an application without a REST server', () => {
  class PlainApplication extends Application {
    readonly conductor = new StubConductor();
    readonly logger = new RecordingLogger();
  }

  let host: ParentHost;

  before(async () => {
    const app = new PlainApplication();
    app.bind(BootConfigBindings.CONDUCTOR).to(app.conductor);
    app.bind(BootConfigBindings.LOGGER).to(app.logger);
    app.configure(BootConfigBindings.COMPONENT).to(await sampleConfig());
    app.component(BootConfigComponent);
    await app.start();
    const handler = await createBootHandler(app);
    host = await new ParentHost(app).listen((request, response) =>
      handler(request, response, () => response.writeHead(418).end()),
    );
  });
  after(async () => host?.stop());

  itKeepsTheContract(() => host);

  it('leaves the rest to its server', async () => {
    const answer = await send(host.port, {target: '/v1/bootfoo'});
    expect(answer.status).to.equal(418);
  });
});
