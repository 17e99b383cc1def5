import {execFile, execFileSync} from 'node:child_process';
import fs from 'node:fs';
import https from 'node:https';
import {text} from 'node:stream/consumers';
import {hash} from 'bcryptjs';
import {expect} from '@loopback/testlab';
import {Authority} from '../../support/certificates';
import {eventually} from '../../support/eventually';
import {TempDir} from '../../support/temp-dir';
import {
  Api,
  Conductor,
  Deployment,
  EventReader,
  notFound,
  request,
  runCommand,
  served,
  startCommand,
  Wire,
} from './support';

const CONDUCTOR = '127.0.0.11';
const DEAD = '127.0.0.12';
const SCRIPT = '#!ipxe\necho for the operator\n';
const MAC = '52:54:00:00:00:01';
const OTHER_MAC = '52:54:00:00:00:02';
const ORPHAN_MAC = '52:54:00:00:00:03';
const UNKNOWN_MAC = '52:54:00:00:00:ff';
const GLOBAL_ID = 'req-8f81b043-9861-49e8-a1e2-c8f931dc1b04';

interface Event {
  id: number;
  [field: string]: unknown;
}

describe('serve, looked at by an operator', function () {
  this.timeout(60_000);

  let deployment: Deployment;
  let conductor: Conductor;
  let node: string;
  let api: Api;

  before(async () => {
    deployment = await Deployment.create();
    await deployment.register({hostname: CONDUCTOR, hardwareTypes: ['live']});
    await deployment.register({hostname: DEAD, hardwareTypes: ['dead']});
    conductor = await deployment.startConductor(CONDUCTOR);
    node = await deployment.addNode({
      name: 'rack-1',
      driver: 'live',
      macs: [MAC, OTHER_MAC],
    });
    await deployment.addNode({driver: 'dead', macs: [ORPHAN_MAC]});
    await conductor.write(node, SCRIPT);
    api = await deployment.startApi();
  });
  after(() => deployment?.remove());

  describe('with /events', () => {
    it('tells who got what, by the MAC address in any spelling', async () => {
      await boot(MAC.replaceAll(':', '-').toUpperCase(), 'iPXE/1.21.1+ (g4bd)');
      for (const spelling of [MAC, '525400000001', '5254.0000.0001']) {
        const [event] = await events(`mac=${spelling}&limit=1`);
        expect(event).to.containDeep({
          method: 'GET',
          mac: '52-54-00-00-00-01',
          address: MAC,
          name: 'boot.ipxe',
          node,
          node_name: 'rack-1',
          provision_state: 'wait call-back',
          outcome: 'served',
          conductor: CONDUCTOR,
          owner: true,
          size: SCRIPT.length,
          sha256: sha256Of(SCRIPT),
          source: '127.0.0.1',
          ipxe_version: '1.21.1+',
        });
        expect(event.request_id).to.match(/^req-/);
      }
    });

    it('tells why a machine got nothing, and where the time went', async () => {
      await boot(ORPHAN_MAC);
      const [event] = await events(`mac=${ORPHAN_MAC}`);
      expect(event).to.containDeep({
        outcome: 'refused',
        reason: 'conductor_unreachable',
        steps: [
          {name: 'database'},
          {name: 'ring'},
          {name: 'rpc', conductor: DEAD, reason: 'conductor_unreachable'},
        ],
      });
      expect(event.message).to.match(/conductor 127.0.0.12/);
    });

    it('is a history of a node, whichever NIC asked', async () => {
      await boot(MAC);
      await boot(OTHER_MAC);
      await boot(UNKNOWN_MAC);
      for (const key of [node, 'rack-1']) {
        const [last, one] = await events(`node=${key}`);
        expect([last.address, one.address]).to.eql([OTHER_MAC, MAC]);
      }
    });

    it('goes on from page to page', async () => {
      for (let i = 0; i < 5; i++) await boot(UNKNOWN_MAC);
      const all = (await events(`mac=${UNKNOWN_MAC}`)).map(({id}) => id);
      expect(all.length).to.be.aboveOrEqual(5);
      const seen: number[] = [];
      let path: string | undefined = `events?limit=2&mac=${UNKNOWN_MAC}`;
      while (path) {
        const page: {events: Event[]; next?: string} = await json(path);
        expect(page.events.length).to.be.belowOrEqual(2);
        seen.push(...page.events.map(({id}) => id));
        path = page.next;
      }
      expect(seen).to.eql(all);
    });

    it('has requests that could hardly be read', async () => {
      const wire = await Wire.open(api.port);
      wire.send('BREW /v1/boot HTCPCP/1.0\r\n\r\n');
      await wire.rest();
      const [event] = await events('reason=method_unknown,path_unknown');
      expect(event).to.containDeep({outcome: 'refused', source: '127.0.0.1'});
    });

    it('says what is wrong with a query', async () => {
      const response = await get('/events?mac=52:54');
      expect(response.status).to.equal(400);
      expect(await response.json()).to.eql({
        error: 'mac=52:54: expected a MAC address in any spelling',
      });
    });

    it('has the id that a client gave its request, as OpenStack does', async () => {
      await boot(MAC, 'curl', {'X-OpenStack-Request-ID': GLOBAL_ID});
      const [event] = await events('limit=1');
      expect(event.global_request_id).to.equal(GLOBAL_ID);
      expect(event.request_id).to.not.equal(GLOBAL_ID);
      await boot(MAC, 'curl', {'X-OpenStack-Request-ID': 'req-1; DROP TABLE'});
      const [other] = await events('limit=1');
      expect(other).to.not.have.property('global_request_id');
    });
  });

  it('gives no request id to firmware: there is one 404', async () => {
    const wire = await Wire.open(api.port);
    const asked = request(`/v1/boot/${UNKNOWN_MAC}/boot.ipxe`).replace(
      '\r\n',
      `\r\nX-OpenStack-Request-ID: ${GLOBAL_ID}\r\n`,
    );
    wire.send(asked);
    expect(await wire.answer()).to.equal(notFound());
    wire.close();
  });

  it('shows firmware none of it', async () => {
    for (const path of [
      '/',
      '/events',
      '/events/stream',
      '/health',
      '/ready',
      '/metrics',
    ]) {
      const response = await fetch(`http://127.0.0.1:${api.port}${path}`);
      expect([path, response.status]).to.eql([path, 404]);
      expect(await response.text()).to.not.match(/boot_config|request_id|UP/);
    }
  });

  describe('with /events/stream', () => {
    let reader: EventReader;
    afterEach(() => reader?.close());

    it('sends events as they come', async () => {
      reader = await EventReader.open(url('/events/stream'));
      await boot(MAC);
      await boot(UNKNOWN_MAC);
      const messages = await reader.next(2);
      expect(messages.map(({data}) => data.address)).to.eql([MAC, UNKNOWN_MAC]);
      expect(messages.map(({id}) => Number(id))).to.eql(
        messages.map(({data}) => data.id),
      );
    });

    it('sends those only that were asked for', async () => {
      reader = await EventReader.open(url('/events/stream?outcome=refused'));
      await boot(MAC);
      await boot(UNKNOWN_MAC);
      const [{data}] = await reader.next(1);
      expect(data.address).to.equal(UNKNOWN_MAC);
    });

    it('goes on after the last event that a reader has seen', async () => {
      await boot(MAC);
      const [{id}] = await events('limit=1');
      await boot(UNKNOWN_MAC);
      await boot(OTHER_MAC);
      reader = await EventReader.open(url('/events'), {
        Accept: 'text/event-stream',
        'Last-Event-ID': String(id),
      });
      const messages = await reader.next(2);
      expect(messages.map(({data}) => data.address)).to.eql([
        UNKNOWN_MAC,
        OTHER_MAC,
      ]);
      expect(reader.messages).to.eql([]);
    });

    it('begins in the past where it is told to', async () => {
      reader = await EventReader.open(
        url(`/events/stream?since=1h&mac=${MAC}`),
      );
      await reader.next(1);
    });

    it('is refused when too many are open already', async () => {
      const readers: EventReader[] = [];
      try {
        for (let i = 0; i < 32; i++) {
          readers.push(await EventReader.open(url('/events/stream')));
        }
        const response = await get('/events/stream');
        expect(response.status).to.equal(503);
      } finally {
        for (const open of readers) open.close();
      }
      await eventually('there is room again', async () => {
        reader = await EventReader.open(url('/events/stream')).catch(
          () => undefined as never,
        );
        return Boolean(reader);
      });
    });

    it('is no reason to stop later', async () => {
      const other = await deployment.startApi();
      reader = await EventReader.open(
        `http://127.0.0.1:${other.opsPort}/events/stream`,
      );
      const begun = Date.now();
      await other.process.stop({timeoutMs: 20_000});
      expect(reader.ended).to.be.true();
      // Answers that are still to come would have some 15 s.
      expect(Date.now() - begun).to.be.below(10_000);
    });
  });

  describe('with /metrics', () => {
    it('counts what happens, without a MAC address', async () => {
      const before = await metrics();
      await boot(MAC);
      await boot(UNKNOWN_MAC);
      const after = await metrics();
      const grown = (series: string) => after[series] - before[series];
      expect(
        grown('boot_config_requests_total{outcome="served",reason=""}'),
      ).to.equal(1);
      expect(
        grown(
          'boot_config_requests_total{outcome="refused",reason="node_not_found"}',
        ),
      ).to.equal(1);
      expect(
        grown('boot_config_request_duration_seconds_count{outcome="served"}'),
      ).to.equal(1);
      expect(
        grown(
          `boot_config_rpc_calls_total{conductor="${CONDUCTOR}",result="ok"}`,
        ),
      ).to.equal(1);
      expect(grown('boot_config_scripts_served_total{from="owner"}')).to.equal(
        1,
      );
      expect(after['boot_config_conductors{state="live"}']).to.equal(2);
      expect(after['boot_config_requests_in_flight']).to.equal(0);
      expect(Object.keys(after).join()).to.not.match(/52[:-]?54/);
    });

    it('has what Prometheus expects', async () => {
      await boot(ORPHAN_MAC);
      const response = await get('/metrics');
      expect(response.headers.get('content-type')).to.match(
        /^text\/plain; version=0.0.4/,
      );
      const report = await promtool(
        ['check', 'metrics'],
        await response.text(),
      );
      expect(report).to.equal('');
    });

    it('forgets a conductor that is registered no more', async () => {
      const other = await deployment.startApi({
        DEFAULT: {hash_ring_reset_interval: 0},
      });
      const gone = '127.0.0.13';
      const id = await deployment.register({
        hostname: gone,
        hardwareTypes: ['gone'],
      });
      await deployment.addNode({driver: 'gone', macs: ['52:54:00:00:00:0d']});
      await bootFrom(other, '52:54:00:00:00:0d');
      const text1 = await textOf(other, '/metrics');
      expect(text1).to.match(/conductor="127.0.0.13"/);
      await deployment.db.query(
        `DELETE FROM conductor_hardware_interfaces WHERE conductor_id = ${id}`,
      );
      await deployment.db.query(`DELETE FROM conductors WHERE id = ${id}`);
      await bootFrom(other, MAC);
      const text2 = await textOf(other, '/metrics');
      expect(text2).to.not.match(/conductor="127.0.0.13"/);
      expect(text2).to.match(/conductor="127.0.0.11"/);
    });
  });

  describe('with /ready and /health', () => {
    it('are up, and name every check and conductor', async () => {
      await boot(MAC);
      await boot(ORPHAN_MAC);
      for (const path of ['/ready', '/health']) {
        const response = await get(path);
        expect(response.status).to.equal(200);
        const report = (await response.json()) as {
          status: string;
          checks: {name: string; state: string}[];
          conductors: {name: string; state: string}[];
        };
        expect(report.status).to.equal('UP');
        expect(
          report.checks.map(({name, state}) => `${name} ${state}`).sort(),
        ).to.eql(['database UP', 'enabled UP', 'ring UP', 'transport UP']);
        expect(report.conductors).to.containDeep([
          {name: CONDUCTOR, live: true, state: 'UP'},
          {
            name: DEAD,
            live: true,
            state: 'DOWN',
            last_answer: {reason: 'conductor_unreachable'},
          },
        ]);
      }
    });

    it('tell what an instance lacks; it is alive all the same', async () => {
      const lacking = await deployment.startApi({
        boot_config: {enabled: 'False'},
        conductor: {heartbeat_timeout: 1},
        DEFAULT: {rpc_transport: 'oslo', transport_url: 'rabbit://127.0.0.1:1'},
        database: {connection: 'mysql+pymysql://x@127.0.0.1:1/ironic'},
      });
      const ready = await fetch(`http://127.0.0.1:${lacking.opsPort}/ready`);
      expect(ready.status).to.equal(503);
      const {status, checks} = (await ready.json()) as {
        status: string;
        checks: {name: string; state: string; reason: string}[];
      };
      expect(status).to.equal('DOWN');
      const reasonOf = (name: string) =>
        checks.find(check => check.name === name)!.reason;
      expect(reasonOf('enabled')).to.match(/enabled = False/);
      expect(reasonOf('database')).to.match(/database/);
      expect(reasonOf('ring')).to.match(/database/);
      expect(reasonOf('transport')).to.be.a.String();
      const health = await fetch(`http://127.0.0.1:${lacking.opsPort}/health`);
      expect(health.status).to.equal(200);
    });

    it('come and go with the database', async () => {
      const other = await deployment.startApi();
      const ready = async () =>
        (await fetch(`http://127.0.0.1:${other.opsPort}/ready`)).status;
      expect(await ready()).to.equal(200);
      deployment.db.suspend();
      try {
        expect(await ready()).to.equal(503);
      } finally {
        deployment.db.resume();
      }
      await eventually(
        'it is ready again',
        async () => (await ready()) === 200,
      );
    });
  });

  it('answers nothing but GET and HEAD there', async () => {
    for (const path of [
      '/',
      '/events',
      '/events/stream',
      '/health',
      '/metrics',
    ]) {
      const post = await get(path, {method: 'POST'});
      expect([path, post.status]).to.eql([path, 405]);
      const head = await get(path, {method: 'HEAD'});
      expect([path, head.status, await head.text()]).to.eql([path, 200, '']);
    }
  });

  it('is not to be read by a page whose name resolves to its address', async () => {
    for (const [host, status] of [
      ['attacker.example.org', 421],
      [`attacker.example.org:${api.opsPort}`, 421],
      ['localhost.example.org', 421],
      ['localhost', 200],
      [`127.0.0.1:${api.opsPort}`, 200],
      ['[::1]:6386', 200],
    ] as const) {
      const wire = await Wire.open(api.opsPort);
      wire.send(request('/events').replace('Host: 127.0.0.1', `Host: ${host}`));
      const answer = await wire.answer();
      expect(answer.slice(0, 12)).to.equal(`HTTP/1.1 ${status}`);
      if (status === 421) expect(answer).to.not.match(/request_id/);
      wire.close();
    }
  });

  describe('with [boot_config] event_file', () => {
    it('leaves the events on the disk', async () => {
      const dir = await TempDir.create();
      const file = dir.join('events.jsonl');
      const other = await deployment.startApi({
        boot_config: {event_file: file},
      });
      await bootFrom(other, MAC);
      await bootFrom(other, UNKNOWN_MAC);
      await other.process.stop();
      const lines = fs.readFileSync(file, 'utf8').trim().split('\n');
      expect(lines.map(line => (JSON.parse(line) as Event).address)).to.eql([
        MAC,
        UNKNOWN_MAC,
      ]);
      await dir.remove();
    });
  });

  describe('of whom it knows a password', () => {
    let dir: TempDir;
    before(async () => {
      dir = await TempDir.create();
      await dir.write('htpasswd', `admin:${await hash('s3cret', 4)}\n`);
    });
    after(() => dir.remove());

    it('lets nobody else in', async () => {
      const closed = await deployment.startApi({
        boot_config: {
          ops_auth_strategy: 'http_basic',
          ops_auth_user_file: dir.join('htpasswd'),
        },
      });
      const status = async (path: string, password?: string) => {
        const response = await fetch(
          `http://127.0.0.1:${closed.opsPort}${path}`,
          password === undefined ? {} : {headers: basic('admin', password)},
        );
        if (response.status === 401) {
          expect(response.headers.get('www-authenticate')).to.match(/^Basic /);
        }
        await response.arrayBuffer();
        return response.status;
      };
      for (const path of [
        '/',
        '/events',
        '/metrics',
        '/ready',
        '/openapi.json',
      ]) {
        expect([path, await status(path)]).to.eql([path, 401]);
        expect([path, await status(path, 'wrong')]).to.eql([path, 401]);
        expect([path, await status(path, 's3cret')]).to.eql([path, 200]);
      }
      // Firmware has no password.
      expect(await bootFrom(closed, MAC)).to.equal(served(SCRIPT));
      expect(closed.process.lines.join('\n')).to.not.match(/s3cret|wrong"/);
    });

    it('speaks TLS where it has a certificate', async () => {
      const authority = await Authority.create(dir, 'authority');
      const {cert, key} = await authority.sign('ops', 'IP:127.0.0.1');
      const conf = await deployment.conf({
        boot_config: {ops_cert_file: cert, ops_key_file: key},
      });
      const command = await startCommand(['serve', '--config-file', conf]);
      try {
        const [, page] = await command.waitForLine(/"page":"(https:[^"]*)"/);
        const ca = fs.readFileSync(authority.file);
        const response = await new Promise<string>((resolve, reject) => {
          https
            .get(`${page}ready`, {ca, agent: false}, res => resolve(text(res)))
            .on('error', reject);
        });
        expect(response).to.match(/^\{"status":"UP"/);
      } finally {
        await command.stop();
      }
    });

    for (const [what, options, message] of [
      [
        'is open to all by accident',
        {ops_host_ip: '0.0.0.0'},
        /\[boot_config\] ops_auth_strategy \(not set\): expected noauth to be set, if 0\.0\.0\.0:/,
      ],
      [
        'has a certificate without a key',
        {ops_cert_file: '/etc/hosts'},
        /\[boot_config\] ops_key_file \(not set\): expected a file with the private key/,
      ],
      [
        'has no file of users',
        {ops_auth_strategy: 'http_basic', ops_auth_user_file: '/nonexistent'},
        /\[boot_config\] ops_auth_user_file = \/nonexistent: expected a user file/,
      ],
    ] as const) {
      it(`does not start when it ${what}`, async () => {
        const conf = await deployment.conf({boot_config: options});
        const {code, stderr} = await runCommand([
          'serve',
          '--config-file',
          conf,
        ]);
        expect(stderr).to.match(message);
        expect(code).to.equal(1);
      });
    }

    it('is open to all where it is told to', async () => {
      const open = await deployment.startApi({
        boot_config: {ops_host_ip: '0.0.0.0', ops_auth_strategy: 'noauth'},
      });
      const response = await fetch(`http://127.0.0.1:${open.opsPort}/ready`);
      expect(response.status).to.equal(200);
    });
  });

  function url(path: string): string {
    return `http://127.0.0.1:${api.opsPort}${path}`;
  }

  async function get(path: string, init?: RequestInit): Promise<Response> {
    return fetch(url(path), init);
  }

  async function json<T>(path: string): Promise<T> {
    const response = await get(`/${path}`);
    expect(response.status).to.equal(200);
    return (await response.json()) as T;
  }

  async function events(query: string): Promise<Event[]> {
    return (await json<{events: Event[]}>(`events?${query}`)).events;
  }

  /** The value of each series. */
  async function metrics(): Promise<Record<string, number>> {
    const lines = (await (await get('/metrics')).text()).split('\n');
    return Object.fromEntries(
      lines
        .filter(line => line && !line.startsWith('#'))
        .map(line => {
          const end = line.lastIndexOf(' ');
          return [line.slice(0, end), Number(line.slice(end + 1))];
        }),
    );
  }

  async function boot(
    mac: string,
    userAgent = 'iPXE/1.0.0',
    headers: Record<string, string> = {},
  ): Promise<void> {
    await fetch(`http://127.0.0.1:${api.port}/v1/boot/${mac}/boot.ipxe`, {
      headers: {...headers, 'User-Agent': userAgent},
    }).then(response => response.arrayBuffer());
  }
});

/** Asks an API for a script. @returns its answer */
async function bootFrom({port}: Api, mac: string): Promise<string> {
  const wire = await Wire.open(port);
  wire.send(request(`/v1/boot/${mac}/boot.ipxe`));
  const answer = await wire.answer();
  wire.close();
  return answer;
}

async function textOf({opsPort}: Api, path: string): Promise<string> {
  return (await fetch(`http://127.0.0.1:${opsPort}${path}`)).text();
}

function basic(user: string, password: string): Record<string, string> {
  const pair = Buffer.from(`${user}:${password}`).toString('base64');
  return {Authorization: `Basic ${pair}`};
}

function sha256Of(content: string): string {
  return execFileSync('sha256sum', {input: content, encoding: 'utf8'}).slice(
    0,
    64,
  );
}

/** What it has to say; nothing when all is well. */
async function promtool(args: string[], input: string): Promise<string> {
  return new Promise(resolve => {
    const child = execFile('promtool', args, (error, stdout, stderr) =>
      resolve(stdout + stderr || (error?.message ?? '')),
    );
    child.stdin!.end(input);
  });
}
