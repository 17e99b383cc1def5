import {readdirSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {Client, createRestAppClient, expect} from '@loopback/testlab';
import {IronicApiApplication} from '../../examples/ironic-api/application';
import {Deployment, deploymentAt} from '../../examples/ironic-api/deployment';
import {sampleDeployment} from '../../examples/ironic-api/sample';
import {BootConfigBindings} from '../../src';
import {MariaDb} from '../support/mariadb';
import {freePort} from '../support/ports';
import {TestProcess} from '../support/process';
import {dateless, NOT_FOUND, RecordingLogger, send} from './support';

type Response = Awaited<ReturnType<Client['get']>>;

const VERSION = 'X-OpenStack-Ironic-API-Version';
const WAITING = '0f5c9c6e-52a5-4d4b-9e0a-3d1c5e5d0001';
const NAMELESS = '0f5c9c6e-52a5-4d4b-9e0a-3d1c5e5d0003';

async function givenExample(
  deployment: Deployment,
): Promise<IronicApiApplication> {
  const app = new IronicApiApplication(deployment, {
    host: '127.0.0.1',
    port: 0,
  });
  app.bind(BootConfigBindings.LOGGER).to(new RecordingLogger());
  await app.start();
  return app;
}

/** The `faultstring` of an error as Ironic words it. */
function faultIn(response: Response): string {
  const {error_message: text} = response.body as {error_message: string};
  return (JSON.parse(text) as {faultstring: string}).faultstring;
}

function headersOf(response: Response): Record<string, string> {
  return response.headers;
}

describe('The example', () => {
  let app: IronicApiApplication;
  let client: Client;
  let root: string;
  let port: number;

  before(async () => {
    app = await givenExample(await sampleDeployment());
    client = createRestAppClient(app);
    root = app.restServer.url!;
    port = Number(new URL(root).port);
  });
  after(async () => app?.stop());

  describe('describes itself', () => {
    const v1 = () => ({
      id: 'v1',
      links: [{href: `${root}/v1/`, rel: 'self'}],
      status: 'CURRENT',
      min_version: '1.1',
      version: '1.87',
    });

    it('at /', async () => {
      const answer = await client.get('/').expect(200);
      expect(answer.body).to.containEql({
        default_version: v1(),
        versions: [v1()],
      });
      expect(headersOf(answer)).not.to.have.property(VERSION.toLowerCase());
    });

    it('at /v1, with links to what there is', async () => {
      for (const path of ['/v1', '/v1/']) {
        const answer = await client.get(path).expect(200);
        expect(answer.body).to.containDeep({
          id: 'v1',
          links: v1().links,
          version: v1(),
          nodes: [{href: `${root}/v1/nodes/`, rel: 'self'}],
          ports: [{href: `${root}/v1/ports/`, rel: 'self'}],
        });
      }
    });
  });

  describe('shows nodes', () => {
    it('in a list', async () => {
      const answer = await client.get('/v1/nodes').expect(200);
      const {nodes} = answer.body as {nodes: {uuid: string; name: string}[]};
      expect(nodes.map(n => n.name)).to.eql([
        'rack1-u01',
        'rack1-u02',
        null,
        'just-arrived',
      ]);
    });

    it('by UUID and by name', async () => {
      const expected = {
        uuid: WAITING,
        name: 'rack1-u01',
        driver: 'ipmi',
        provision_state: 'wait call-back',
        conductor_group: '',
        boot_interface: 'ipxe',
        links: [
          {href: `${root}/v1/nodes/${WAITING}`, rel: 'self'},
          {href: `${root}/nodes/${WAITING}`, rel: 'bookmark'},
        ],
      };
      await client.get(`/v1/nodes/${WAITING}`).expect(200, expected);
      await client.get('/v1/nodes/rack1-u01').expect(200, expected);
    });

    it('with null for what is not set', async () => {
      const nameless = await client.get(`/v1/nodes/${NAMELESS}`).expect(200);
      expect(nameless.body).to.containEql({name: null});
      const arrived = await client.get('/v1/nodes/just-arrived').expect(200);
      expect(arrived.body).to.containEql({boot_interface: null});
    });

    it("and answers 404 in Ironic's words where there is none", async () => {
      for (const ident of ['nobody', 'null', '1', `${WAITING}x`]) {
        const answer = await client.get(`/v1/nodes/${ident}`).expect(404);
        expect(faultIn(answer)).to.equal(`Node ${ident} could not be found.`);
      }
    });
  });

  it('shows ports', async () => {
    const answer = await client.get('/v1/ports').expect(200);
    const {ports} = answer.body as {ports: Record<string, unknown>[]};
    expect(ports).to.have.length(5);
    expect(ports[1]).to.eql({
      uuid: '7b1f6a52-3a0e-4b7e-8d0a-6a2f1c9e0002',
      address: '52:54:00:00:01:0b',
      node_uuid: WAITING,
      links: [
        {
          href: `${root}/v1/ports/7b1f6a52-3a0e-4b7e-8d0a-6a2f1c9e0002`,
          rel: 'self',
        },
        {
          href: `${root}/ports/7b1f6a52-3a0e-4b7e-8d0a-6a2f1c9e0002`,
          rel: 'bookmark',
        },
      ],
    });
  });

  describe('negotiates the version', () => {
    const VERSIONED = ['/v1', '/v1/nodes', '/v1/ports', '/v1/nodes/rack1-u01'];

    for (const [requested, version] of [
      [undefined, '1.1'],
      ['1.1', '1.1'],
      ['1.46', '1.46'],
      ['1.87', '1.87'],
      ['latest', '1.87'],
      ['LATEST', '1.87'],
    ] as const) {
      it(`${requested ?? 'none'}: answers in ${version}`, async () => {
        for (const path of VERSIONED) {
          const request = client.get(path);
          if (requested) void request.set(VERSION, requested);
          await request
            .expect(VERSION, version)
            .expect('X-OpenStack-Ironic-API-Minimum-Version', '1.1')
            .expect('X-OpenStack-Ironic-API-Maximum-Version', '1.87')
            .expect(200);
        }
      });
    }

    for (const requested of [
      '99.99',
      '1.88',
      '1.0',
      '0.9',
      '2.1',
      '1',
      '1.1.1',
      'v1.1',
      'newest',
      '-1.1',
      '1.',
    ]) {
      it(`${requested}: refuses`, async () => {
        for (const path of VERSIONED) {
          const answer = await client
            .get(path)
            .set(VERSION, requested)
            .expect('Content-Type', 'application/json')
            .expect(VERSION, '1.1')
            .expect('X-OpenStack-Ironic-API-Minimum-Version', '1.1')
            .expect('X-OpenStack-Ironic-API-Maximum-Version', '1.87')
            .expect(406);
          expect(faultIn(answer)).to.match(/1\.1 to 1\.87/);
        }
      });
    }

    it('on errors too', async () => {
      for (const path of ['/v1/nodes/nobody', '/v1/nothing']) {
        await client
          .get(path)
          .set(VERSION, '1.46')
          .expect(VERSION, '1.46')
          .expect(404);
      }
    });

    it('not outside of /v1', async () => {
      const answer = await client.get('/').set(VERSION, '99.99').expect(200);
      expect(headersOf(answer)).not.to.have.property(VERSION.toLowerCase());
    });
  });

  describe('serves boot configurations', () => {
    it('outside of the negotiation', async () => {
      const headers = {[VERSION]: '99.99'};
      for (const target of [
        '/v1/boot/52:54:00:00:01:0a/boot.ipxe',
        '/v1/boot/5254.0000.010B/boot.ipxe',
      ]) {
        const answer = await send(port, {target, headers});
        expect(answer.status).to.equal(200);
        expect(answer.headers.map(([name]) => name)).to.eql([
          'Content-Type',
          'Content-Length',
          'Cache-Control',
          'Date',
          'Connection',
        ]);
        expect(answer.body.toString()).to.match(
          new RegExp(`^#!ipxe\nkernel .*/${WAITING}/deploy_kernel`),
        );
      }
    });

    it('in wait states only, and says no more than 404', async () => {
      for (const target of [
        '/v1/boot/52:54:00:00:02:0a/boot.ipxe',
        '/v1/boot/52:54:00:00:04:0a/boot.ipxe',
        '/v1/boot/52:54:00:00:99:0a/boot.ipxe',
        '/v1/boot',
      ]) {
        const headers = {[VERSION]: '99.99', Origin: 'http://example.org'};
        const answer = await send(port, {target, headers});
        expect(dateless(answer)).to.eql(NOT_FOUND);
      }
    });
  });
});

describe("The example in front of Ironic's own database", () => {
  const UUID = 'aaaaaaaa-0000-4000-8000-000000000001';
  let database: MariaDb;
  let app: IronicApiApplication;
  let client: Client;

  before(async () => {
    database = await MariaDb.start();
    await database.run(
      'INSERT INTO nodes (id, uuid, name, driver, provision_state, boot_interface) VALUES (5, ?, "in-the-database", "ipmi", "wait call-back", "ipxe")',
      [UUID],
    );
    await database.run(
      'INSERT INTO ports (id, uuid, address, node_id) VALUES (6, ?, "02:00:00:00:00:01", 5)',
      ['bbbbbbbb-0000-4000-8000-000000000001'],
    );
    const deployment = deploymentAt(
      `mysql://root@127.0.0.1:${database.port}/ironic`,
    );
    app = await givenExample(deployment);
    client = createRestAppClient(app);
  });
  after(async () => {
    await app?.stop();
    await database?.stop();
  });

  it('shows its nodes and ports', async () => {
    const node = await client.get(`/v1/nodes/${UUID}`).expect(200);
    expect(node.body).to.containEql({
      uuid: UUID,
      name: 'in-the-database',
      driver: 'ipmi',
      provision_state: 'wait call-back',
      conductor_group: '',
      boot_interface: 'ipxe',
    });
    await client.get('/v1/nodes/nobody').expect(404);
    const ports = await client.get('/v1/ports').expect(200);
    expect(ports.body).to.containDeep({
      ports: [{address: '02:00:00:00:00:01', node_uuid: UUID}],
    });
  });

  it('answers 404 for scripts where there is no conductor', async () => {
    await client
      .get('/v1/boot/02:00:00:00:00:01/boot.ipxe')
      .expect(404, 'Not Found\n');
  });
});

describe('The program of the example', () => {
  const program = join(__dirname, '../../examples/ironic-api/index.js');

  function roots(): string[] {
    return readdirSync(tmpdir()).filter(name => name.startsWith('ironic-api-'));
  }

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`starts without configuration, and ends with ${signal}`, async () => {
      const port = await freePort();
      const earlier = roots();
      const example = await TestProcess.node(program, [], {
        env: {PORT: String(port), HOST: undefined, IRONIC_DATABASE: undefined},
      });
      await example.waitForLine(new RegExp(`http://127.0.0.1:${port}/v1$`));
      const target = '/v1/boot/52540000010a/boot.ipxe';
      expect((await send(port, {target})).status).to.equal(200);
      example.kill(signal);
      await example.exited;
      expect(roots()).to.eql(earlier);
    });
  }
});
