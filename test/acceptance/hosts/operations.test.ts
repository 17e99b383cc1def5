import {createServer, Server} from 'node:http';
import {AddressInfo} from 'node:net';
import {Binding} from '@loopback/core';
import {expect} from '@loopback/testlab';
import express from 'express';
import {register as globalRegistry} from 'prom-client';
import {
  asBootEventSink,
  BootConfigBindings,
  BootConfigTags,
  BootEvent,
  BootEventSink,
  createOpsHandler,
} from '../../../src';
import {
  askFor,
  CONDUCTOR,
  expectNotFound,
  expectServed,
  MAC,
  TestApplication,
  useHost,
} from '../support';

/** A sink of a host's own. */
class OwnSink implements BootEventSink {
  readonly name = 'own';
  readonly taken: BootEvent[] = [];
  failing?: 'at once' | 'later';

  take(event: BootEvent): void {
    if (this.failing === 'at once') throw new Error('full');
    this.taken.push(event);
    // As a function that is async would.
    if (this.failing) return Promise.reject(new Error('full')) as never;
  }
}

describe('A host that takes part in operations', () => {
  const sink = new OwnSink();
  let ready = true;
  const host = useHost({
    after: app => {
      app.add(Binding.bind('own.sink').to(sink).apply(asBootEventSink));
      app
        .bind('own.check')
        .to(async () => {
          if (!ready) throw new Error('the moon is in the wrong phase');
        })
        .tag(BootConfigTags.READY_CHECK);
    },
  });
  let ops: OpsListener;

  before(async () => {
    ops = await OpsListener.start(host());
  });
  after(() => ops.stop());
  beforeEach(() => {
    sink.taken.length = 0;
    sink.failing = undefined;
    ready = true;
  });

  it('gets every event in a sink of its own', async () => {
    expectServed(await askFor(host()));
    expectNotFound(await askFor(host(), {mac: MAC.unknown}));
    expect(sink.taken).to.containDeep([
      {outcome: 'served', conductor: CONDUCTOR, mac: MAC.waiting},
      {outcome: 'refused', reason: 'node_not_found', mac: MAC.unknown},
    ]);
  });

  for (const failing of ['at once', 'later'] as const) {
    it(`harms no request with a sink that fails ${failing}`, async () => {
      const before = await droppedBy('own');
      sink.failing = failing;
      expectServed(await askFor(host()));
      expectNotFound(await askFor(host(), {mac: MAC.unknown}));
      expect(await droppedBy('own')).to.equal(before + 2);
    });
  }

  it('has events, metrics and health where it mounts them', async () => {
    await askFor(host(), {mac: MAC.active});
    const {events} = (await ops.json('/events?limit=1')) as {
      events: BootEvent[];
    };
    expect(events[0]).to.containDeep({
      mac: MAC.active,
      reason: 'state_restricted',
      provision_state: 'active',
    });
    expect(await (await ops.get('/metrics')).text()).to.match(
      /^boot_config_requests_total\{outcome="refused",reason="state_restricted"\} [1-9]/m,
    );
    expect(await ops.json('/health')).to.containDeep({status: 'UP'});
    expect((await ops.get('/elsewhere')).status).to.equal(418);
  });

  it('goes from page to page below where it is mounted', async () => {
    for (let i = 0; i < 3; i++) await askFor(host());
    const {next} = (await ops.json('/events?limit=1')) as {next: string};
    expect(next).to.match(/^events\?/);
    expect(await ops.json(`/${next}`)).to.have.property('events');
  });

  it('is ready when its own checks say so, too', async () => {
    expect((await ops.get('/ready')).status).to.equal(200);
    ready = false;
    const response = await ops.get('/ready');
    expect(response.status).to.equal(503);
    expect(await response.json()).to.containDeep({
      checks: [
        {
          name: 'own.check',
          state: 'DOWN',
          reason: 'the moon is in the wrong phase',
        },
      ],
    });
  });

  it('can give the checks to its own health component', async () => {
    const checks = host().find<() => Promise<void>>(binding =>
      binding.tagNames.includes('health.readyCheck'),
    );
    expect(checks.length).to.equal(5);
    for (const check of checks) await (await check.getValue(host()))();
  });

  it('has the global registry of prom-client to itself', async () => {
    expect(globalRegistry.getMetricsAsArray()).to.eql([]);
  });

  async function droppedBy(name: string): Promise<number> {
    const {registry} = await host().get(BootConfigBindings.METRICS);
    const [, count] = new RegExp(
      `^boot_config_events_dropped_total\\{sink="${name}"\\} (\\d+)`,
      'm',
    ).exec(await registry.metrics())!;
    return Number(count);
  }
});

/** Express for operators, with the component's part below a path. */
class OpsListener {
  private constructor(private readonly server: Server) {}

  static async start(host: TestApplication): Promise<OpsListener> {
    const handler = await createOpsHandler(host);
    const app = express();
    app.use('/boot-config', handler, (_request, response) => {
      response.sendStatus(418);
    });
    const server = createServer(app);
    await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
    return new OpsListener(server);
  }

  async get(path: string): Promise<Response> {
    const {port} = this.server.address() as AddressInfo;
    return fetch(`http://127.0.0.1:${port}/boot-config${path}`);
  }

  async json(path: string): Promise<unknown> {
    return (await this.get(path)).json();
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise(done => this.server.close(done));
  }
}
