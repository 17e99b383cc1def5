import {expect} from '@loopback/testlab';
import {
  Api,
  Conductor,
  Deployment,
  notFound,
  request,
  Sections,
  served,
  startCommand,
  Wire,
} from '../acceptance/system/support';
import {freePort} from '../support/ports';
import {TestProcess} from '../support/process';
import {http, RogueConductor, Roguery} from './support/rogue-conductor';
import {RequestLog} from './support/request-log';
import {expectDiscretion, SECRET} from './support/secrets';
import {UnwelcomingDatabase} from './support/unwelcoming-database';

const HOST = '127.0.0.11';
const SCRIPT = `#!ipxe\nkernel http://a/k token=${SECRET}\nboot\n`;
const MAC = '52:54:00:00:00:01';
const ROGUES_MAC = '52:54:00:00:00:02';
const DEBUG: Sections = {DEFAULT: {debug: 'True'}};
const MAX_SIZE = 4096;

describe('The logs at debug level', function () {
  this.timeout(60_000);

  let deployment: Deployment;
  let conductor: Conductor;
  let rogue: RogueConductor;
  let api: Api;
  let log: RequestLog;
  let uuid: string;

  before(async () => {
    deployment = await Deployment.create();
    rogue = await RogueConductor.start(SCRIPT);
    await deployment.register({hostname: HOST, hardwareTypes: ['live']});
    await deployment.register({
      hostname: rogue.hostname,
      hardwareTypes: ['rogue'],
    });
    uuid = await deployment.addNode({driver: 'live', macs: [MAC]});
    await deployment.addNode({driver: 'rogue', macs: [ROGUES_MAC]});
    const sections: Sections = {
      ...DEBUG,
      boot_config: {max_script_size: MAX_SIZE, request_timeout: 2},
      database: {
        connection: deployment.db.url.replace('root@', `root:${SECRET}@`),
      },
    };
    conductor = await deployment.startConductor(HOST, sections);
    api = await deployment.startApi(sections);
    log = new RequestLog(api);
  });
  after(async () => {
    await deployment?.remove();
    await rogue?.stop();
  });

  describe('hold nothing of a script', () => {
    const SCRIPTS: [string, string | Buffer, string | undefined][] = [
      ['that is served', SCRIPT, undefined],
      ['that is none of iPXE', `<html>${SECRET}</html>`, 'script_unsound'],
      ['that begins with a secret', SECRET, 'script_unsound'],
      ['with a NUL byte', `${SCRIPT}\0`, 'script_unsound'],
      ['that is too large', SCRIPT.repeat(100), 'config_not_found'],
      [
        'in Latin-1',
        Buffer.from(`${SCRIPT}\xe9`, 'latin1'),
        'config_not_found',
      ],
    ];
    for (const [what, script, reason] of SCRIPTS) {
      it(what, async () => {
        await conductor.write(uuid, script as string);
        const answer = await ask(request(`/v1/boot/${MAC}/boot.ipxe`));
        expect(answer).to.equal(reason ? notFound() : served(SCRIPT));
        await expectLogged(reason);
      });
    }

    const answer = (body: string) => http('200 OK', body);
    const ROGUERIES: Record<string, (id: string) => string> = {
      'that comes as no JSON': () => answer(SCRIPT),
      'that comes as bad JSON': id =>
        answer(`{"jsonrpc": "2.0", "id": "${id}", "result": ${SECRET}}`),
      'that comes as unfinished JSON': () => answer(`{"result": "${SECRET}`),
      'that comes as a list': () => answer(JSON.stringify([SCRIPT])),
      'that comes under another name': id =>
        answer(JSON.stringify({jsonrpc: '2.0', id, [SECRET]: SCRIPT})),
      'that comes as a part of something': id =>
        answer(JSON.stringify({jsonrpc: '2.0', id, result: {SCRIPT}})),
      'that comes with an error': () =>
        http('500 Internal Server Error', SCRIPT),
      'that comes with a redirect': () =>
        http('302 Found', SCRIPT, {Location: `http://a/${SECRET}`}),
      'that comes with too much': () => answer(SCRIPT.repeat(1000)),
      'that comes with a bad head': () =>
        `HTTP/1.1 200 OK\r\n${SECRET}\r\n\r\n${SECRET}`,
      'that comes as no HTTP': () => SCRIPT,
    };
    for (const [what, roguery] of Object.entries(ROGUERIES)) {
      it(what, async () => {
        const misbehave: Roguery = ({socket, id}) => socket.end(roguery(id));
        rogue.misbehave(misbehave);
        const answer = await ask(request(`/v1/boot/${ROGUES_MAC}/boot.ipxe`));
        expect(answer).to.equal(notFound());
        const [{reason}] = await log.next(1);
        expect(reason).to.match(/^conductor_(error|unreachable)$/);
        expectDiscretion(api.process);
      });
    }
  });

  describe('hold nothing of a token', () => {
    const HEADERS = [
      `Authorization: Bearer ${SECRET}`,
      `Proxy-Authorization: Basic ${SECRET}`,
      `X-Auth-Token: ${SECRET}`,
      `Cookie: session=${SECRET}`,
    ];
    const REQUESTS: [string, string, string | undefined][] = [
      [
        'in the headers',
        request(`/v1/boot/${MAC}/boot.ipxe`).replace(
          '\r\n\r\n',
          `\r\n${HEADERS.join('\r\n')}\r\n\r\n`,
        ),
        undefined,
      ],
      [
        'in the query',
        request(`/v1/boot/${MAC}/boot.ipxe?token=${SECRET}`),
        undefined,
      ],
      [
        'in the authority',
        request(`http://u:${SECRET}@a/v1/boot/${MAC}/boot.ipxe`),
        undefined,
      ],
      [
        'in the query of an odd path',
        request(`/v1/boot//x?token=${SECRET}`),
        'path_unknown',
      ],
      [
        'in the authority before an odd path',
        request(`http://u:${SECRET}@a/v1/boot//x#${SECRET}`),
        'path_unknown',
      ],
      [
        'in the body',
        `POST /v1/boot/x HTTP/1.1\r\nHost: a\r\n` +
          `Content-Length: ${SECRET.length}\r\n\r\n${SECRET}`,
        'method_unknown',
      ],
      [
        'in what is no HTTP',
        `GET /v1/boot/x HTTP/1.1\r\nX-Auth-Token ${SECRET}\r\n\r\n`,
        'path_unknown',
      ],
      ['in what is nothing', `${SECRET} ${SECRET}\r\n\r\n`, 'method_unknown'],
    ];
    for (const [what, bytes, reason] of REQUESTS) {
      it(what, async () => {
        await conductor.write(uuid, SCRIPT);
        const answer = await ask(bytes);
        expect(answer).to.startWith(
          reason ? 'HTTP/1.1 404 Not Found\r\n' : 'HTTP/1.1 200 OK\r\n',
        );
        await expectLogged(reason);
      });
    }

    const context = {auth_token: SECRET, request_id: 'req-1', user: 'x'};
    const params = {context, node_id: 1, name: 'boot.ipxe'};
    const call = {jsonrpc: '2.0', id: 1, method: 'get_boot_config', params};
    const CALLS: [string, string][] = [
      ['of a call', JSON.stringify(call)],
      [
        'of a call for no node',
        JSON.stringify({...call, params: {...params, node_id: 99}}),
      ],
      [
        'of a call with bad arguments',
        JSON.stringify({...call, params: {context, name: 7}}),
      ],
      ['of a call to no method', JSON.stringify({...call, method: 'x'})],
      ['of a call in bad JSON', `{"auth_token": ${SECRET}}`],
      ['of a call in unfinished JSON', JSON.stringify(call).slice(0, 60)],
    ];
    for (const [what, body] of CALLS) {
      it(what, async () => {
        const wire = await Wire.open(deployment.rpcPort, HOST);
        wire.send(
          `POST / HTTP/1.1\r\nHost: a\r\nX-Auth-Token: ${SECRET}\r\n` +
            `Content-Length: ${body.length}\r\n\r\n${body}`,
        );
        expect(await wire.answer()).to.match(/^HTTP\/1\.1 200 OK\r\n/);
        wire.close();
        expectDiscretion(conductor.process);
      });
    }
  });

  describe('hold nothing of a password', () => {
    let database: UnwelcomingDatabase;
    let nobody: number;

    before(async () => {
      database = await UnwelcomingDatabase.start();
      nobody = await freePort();
    });
    after(() => database?.stop());

    const user = `ironic:${SECRET}`;
    const LIVING: [string, () => Sections][] = [
      [
        'that the database does not take',
        () => ({
          database: {connection: mysqlUrl(`127.0.0.1:${database.port}`)},
        }),
      ],
      [
        'of a database that is away',
        () => ({database: {connection: mysqlUrl(`127.0.0.1:${nobody}`)}}),
      ],
      [
        'of a database that has no address',
        () => ({database: {connection: mysqlUrl('database.invalid')}}),
      ],
    ];
    for (const [what, sections] of LIVING) {
      it(what, async () => {
        const without = await deployment.startApi(debugging(sections()));
        await without.process.waitForLine(/not ready to serve/);
        const wire = await Wire.open(without.port);
        wire.send(request(`/v1/boot/${MAC}/boot.ipxe`));
        expect(await wire.answer()).to.equal(notFound());
        wire.close();
        await without.process.waitForLine(/"reason":"database_unavailable"/);
        expectDiscretion(without.process);
      });
    }

    it('that a conductor has for a database that is away', async () => {
      const host = '127.0.0.12';
      const without = await deployment.startConductor(
        host,
        debugging({database: {connection: mysqlUrl(`127.0.0.1:${nobody}`)}}),
      );
      const wire = await Wire.open(deployment.rpcPort, host);
      const body =
        '{"jsonrpc": "2.0", "id": 1, "method": "get_boot_config",' +
        ' "params": {"context": {}, "node_id": 1, "name": "boot.ipxe"}}';
      wire.send(
        `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      );
      expect(await wire.answer()).to.match(/TemporaryFailure/);
      wire.close();
      await without.process.waitForLine(/get_boot_config failed/);
      expectDiscretion(without.process);
    });

    it('of a broker that is away', async () => {
      const transportUrl = `rabbit://${user}@127.0.0.1:${nobody}/`;
      const without = await deployment.startApi(
        debugging({
          DEFAULT: {rpc_transport: 'oslo', transport_url: transportUrl},
        }),
      );
      await without.process.waitForLine(/RabbitMQ can't be reached/);
      expectDiscretion(without.process);
    });

    const REFUSED: [string, string, Sections][] = [
      ['in a bad database URL', 'serve', {database: {connection: SECRET}}],
      [
        'in the URL of another database',
        'serve',
        {database: {connection: `postgresql://${user}@a/ironic`}},
      ],
      [
        'in a database URL with a bad port',
        'conductor',
        {database: {connection: mysqlUrl('a:99999')}},
      ],
      [
        'in a database URL with an @ in it',
        'conductor',
        {database: {connection: mysqlUrl('x@a')}},
      ],
      [
        'in a database URL with a file that is missing',
        'serve',
        {database: {connection: `${mysqlUrl('a')}?ssl_ca=/missing/file`}},
      ],
      [
        'in a bad transport URL',
        'serve',
        {DEFAULT: {rpc_transport: 'oslo', transport_url: `amqp://${user}@a/`}},
      ],
      [
        'in a transport URL with a bad port',
        'conductor',
        {
          DEFAULT: {
            rpc_transport: 'oslo',
            transport_url: `rabbit://${user}@a:x/`,
          },
        },
      ],
      [
        'beside a bad value',
        'conductor',
        {json_rpc: {password: SECRET, username: 'u', port: 'x'}},
      ],
    ];
    for (const [what, command, sections] of REFUSED) {
      it(`${what}, at ${command}`, async () => {
        const file = await deployment.conf(debugging(sections));
        const started = await startCommand([command, '--config-file', file]);
        expect((await ended(started)).code).to.equal(1);
        expectDiscretion(started);
      });

      it(`${what}, at ${command}, from the environment`, async () => {
        const file = await deployment.conf(DEBUG);
        const env = Object.fromEntries(
          Object.entries(sections).flatMap(([section, options]) =>
            Object.entries(options).map(([name, value]) => [
              `OS_${section}__${name}`.toUpperCase(),
              String(value),
            ]),
          ),
        );
        const started = await startCommand([command, '--config-file', file], {
          env,
        });
        expect((await ended(started)).code).to.equal(1);
        expectDiscretion(started);
      });
    }

    function mysqlUrl(address: string): string {
      return `mysql+pymysql://${user}@${address}/ironic`;
    }
  });

  /** Sends something over a connection of its own. @returns the answer */
  async function ask(bytes: string): Promise<string> {
    const wire = await Wire.open(api.port);
    wire.send(bytes);
    const answer = await wire.answer();
    wire.close();
    return answer;
  }

  /** The latest request is logged, and nothing of the secret. */
  async function expectLogged(reason: string | undefined): Promise<void> {
    const [line] = await log.next(1);
    expect(line.reason).to.equal(reason);
    expectDiscretion(api.process, conductor.process);
  }
});

function debugging(sections: Sections): Sections {
  return {...sections, DEFAULT: {...DEBUG.DEFAULT, ...sections.DEFAULT}};
}

async function ended(process: TestProcess) {
  const timer = setTimeout(() => process.kill(), 20_000);
  const exit = await process.exited;
  clearTimeout(timer);
  return exit;
}
