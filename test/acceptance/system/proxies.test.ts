import {once} from 'node:events';
import {readFileSync} from 'node:fs';
import {
  createServer,
  IncomingHttpHeaders,
  IncomingMessage,
  request,
  Server,
} from 'node:http';
import {AddressInfo, connect} from 'node:net';
import {join} from 'node:path';
import {expect} from '@loopback/testlab';
import {eventually} from '../../support/eventually';
import {Markdown} from '../../support/markdown';
import {freePort} from '../../support/ports';
import {TestProcess} from '../../support/process';
import {projectRoot} from '../../support/project';
import {TempDir} from '../../support/temp-dir';
import {Api, Deployment} from './support';

const DOCUMENT = new Markdown(
  readFileSync(join(projectRoot, 'docs/deployment/proxies.md'), 'utf8'),
);

const CONDUCTOR = '127.0.0.11';
const DEAD_CONDUCTOR = '127.0.0.12';
const ALLOWED = '127.0.0.2';
const DENIED = '127.0.0.3';

const MAC = {
  waiting: '52:54:00:00:00:0a',
  active: '52:54:00:00:00:0b',
  dead: '52:54:00:00:00:0c',
  unknown: '52:54:00:00:00:0f',
};

const SCRIPT = `#!ipxe\n${'echo a script that is worth to be compressed\n'.repeat(100)}boot\n`;

// What stands at the addresses in the document.
const PROXY = '192.0.2.10:6385';
const FIRST_API = '192.0.2.21:6385';
const SECOND_API = '192.0.2.22:6385';
const IRONIC = '192.0.2.31:6385';

/** URL of the conductors' HTTP root, for machines. */
const CONDUCTORS = 'http://192.0.2.31:8080/';
const USERS = '/etc/ironic/htpasswd';

/** Starts a proxy whose configuration has the document's block in it. */
type Start = (
  block: string,
  title: string,
  dir: TempDir,
) => Promise<TestProcess>;

const PROXIES: Record<string, {balances: boolean; start: Start}> = {
  apache: {balances: false, start: startApache},
  nginx: {balances: true, start: startNginx},
  haproxy: {balances: true, start: startHaproxy},
};

/** Requests of other forms than a good one: all refused by the API itself. */
const REFUSED: Record<string, {path: string; method?: string}> = {
  'an unknown MAC address': {path: scriptOf(MAC.unknown)},
  'a node in another state': {path: scriptOf(MAC.active)},
  'a dead conductor': {path: scriptOf(MAC.dead)},
  'a malformed MAC address': {path: scriptOf('52:54:00')},
  'an unknown name': {path: `/v1/boot/${MAC.waiting}/grub.cfg`},
  'a malformed name': {path: `/v1/boot/${MAC.waiting}/a%2Fb%5Cc`},
  'a doubled slash': {path: `/v1/boot//${MAC.waiting}/boot.ipxe`},
  'a trailing slash': {path: `${scriptOf(MAC.waiting)}/`},
  'the branch alone': {path: '/v1/boot'},
  'the branch with a slash': {path: '/v1/boot/'},
  POST: {path: scriptOf(MAC.waiting), method: 'POST'},
  DELETE: {path: scriptOf(MAC.waiting), method: 'DELETE'},
  PROPFIND: {path: scriptOf(MAC.waiting), method: 'PROPFIND'},
};

describe('Behind a proxy as docs/deployment/proxies.md has it', function () {
  this.timeout(60_000);

  let deployment: Deployment;
  let dir: TempDir;
  let ironic: Server;
  let node: string;
  let apis: Api[];
  let redirecting: Api;
  let away: number;
  let started = 0;

  before(async () => {
    [deployment, dir] = await Promise.all([
      Deployment.create(),
      TempDir.create(),
    ]);
    await deployment.register({hostname: CONDUCTOR});
    await deployment.register({
      hostname: DEAD_CONDUCTOR,
      hardwareTypes: ['redfish'],
    });
    node = await deployment.addNode({macs: [MAC.waiting]});
    await deployment.addNode({macs: [MAC.active], provisionState: 'active'});
    await deployment.addNode({macs: [MAC.dead], driver: 'redfish'});
    const conductor = await deployment.startConductor(CONDUCTOR);
    await conductor.write(node, SCRIPT);
    await dir.write('htpasswd', '');
    apis = [await startApi(), await startApi()];
    redirecting = await startApi({
      serve_mode: 'redirect',
      redirect_url: CONDUCTORS,
    });
    away = await freePort();
    ironic = createServer((_request, response) => response.end('Ironic'));
    await new Promise<void>(resolve => {
      ironic.listen(0, '127.0.0.1', resolve);
    });
  });

  after(async () => {
    ironic?.close();
    await deployment?.remove();
    await dir?.remove();
  });

  for (const [name, {balances}] of Object.entries(PROXIES)) {
    describe(name, () => {
      let proxy: TestProcess;
      let port: number;

      before(async () => {
        const [first, second] = apis;
        ({proxy, port} = await startProxy(name, [first.port, second.port]));
      });
      after(() => proxy?.stop());

      it('passes a script on as it is, to GET and HEAD', async () => {
        const answer = await ask(port, scriptOf(MAC.waiting));
        expect(answer.status).to.equal(200);
        expect(answer.body.equals(Buffer.from(SCRIPT))).to.be.true();
        expect(answer.headers).to.match({
          'content-type': 'text/plain; charset=utf-8',
          'content-length': String(SCRIPT.length),
          'cache-control': 'no-store',
        });
        const head = await ask(port, scriptOf(MAC.waiting), {method: 'HEAD'});
        expect(head.status).to.equal(200);
        expect(head.headers['content-length']).to.equal(String(SCRIPT.length));
      });

      it('takes a MAC address in every spelling', async () => {
        for (const mac of ['52-54-00-00-00-0a', '52%3A54%3a00:00:00:0A']) {
          const answer = await ask(port, scriptOf(mac));
          expect(answer.status).to.equal(200);
        }
      });

      it('does not compress it, even for those who ask', async () => {
        const answer = await ask(port, scriptOf(MAC.waiting), {
          headers: {'Accept-Encoding': 'gzip, br'},
        });
        expect(answer.headers).to.not.have.property('content-encoding');
        expect(answer.body.equals(Buffer.from(SCRIPT))).to.be.true();
      });

      it('passes the constant 404 on for whatever reason, and no other', async () => {
        const {headers: usual} = await ask(port, scriptOf(MAC.unknown));
        for (const [what, {path, method}] of Object.entries(REFUSED)) {
          const answer = await ask(port, path, {method});
          expect([what, answer.status, String(answer.body)]).to.eql([
            what,
            404,
            'Not Found\n',
          ]);
          expect(dateless(answer.headers)).to.eql(dateless(usual));
        }
      });

      it('tells the API who the client is', async () => {
        const path = scriptOf(MAC.waiting);
        const forged = {'X-Forwarded-For': ALLOWED};
        let denied = denials(apis);
        for (const options of [
          {from: DENIED},
          {from: DENIED, headers: forged},
        ]) {
          const answer = await ask(port, path, options);
          expect(answer.status).to.equal(404);
          denied += 1;
          await eventually('all are denied', () => denials(apis) === denied);
        }
      });

      it('sends all else to Ironic', async () => {
        const answer = await ask(port, '/v1/nodes');
        expect([200, 401]).to.containEql(answer.status);
        // What stands before Ironic with a user file asks who it is.
        expect(answer.status).to.equal(name === 'haproxy' ? 200 : 401);
        expect(apis.flatMap(api => api.requestLog)).to.matchEach(
          (line: {msg: string}) => expect(line.msg).to.not.match(/nodes/),
        );
      });

      it('keeps the connection open', async () => {
        const {headers} = await ask(port, scriptOf(MAC.waiting), {
          headers: {Connection: 'keep-alive'},
        });
        expect(headers.connection ?? 'keep-alive').to.match(/^keep-alive$/i);
      });

      it('passes a redirect on as it is', async () => {
        const answer = await askBehind([redirecting.port, redirecting.port]);
        expect(answer.status).to.equal(302);
        expect(answer.headers).to.match({
          location: `${CONDUCTORS}${node}/config`,
          'content-length': '0',
        });
        expect(answer.body).to.be.empty();
      });

      if (balances) {
        it('goes to the other instance when one is gone', async () => {
          const answers = [
            await askBehind([away, apis[1].port]),
            await askBehind([apis[0].port, away]),
          ];
          expect(answers.map(({status}) => status)).to.eql([200, 200]);
        });
      }

      it('says itself, and not with a 404, that no instance is there', async () => {
        const answer = await askBehind([away, away]);
        expect(answer.status).to.be.within(502, 504);
      });

      /** Asks one more of its kind, with other instances behind it. */
      async function askBehind(ports: [number, number]): Promise<Answer> {
        const other = await startProxy(name, ports);
        try {
          return await ask(other.port, scriptOf(MAC.waiting));
        } finally {
          await other.proxy.stop();
        }
      }
    });
  }

  async function startApi(own: Record<string, string> = {}): Promise<Api> {
    return deployment.startApi({
      boot_config: {
        allowed_networks: ALLOWED,
        trusted_proxies: '127.0.0.1',
        ...own,
      },
    });
  }

  async function startProxy(name: string, [first, second]: [number, number]) {
    const port = await freePort();
    const {port: ironicPort} = ironic.address() as AddressInfo;
    const {text: block} = DOCUMENT.blocks.find(b => b.language === name)!;
    const text = Object.entries({
      [PROXY]: `127.0.0.1:${port}`,
      [FIRST_API]: `127.0.0.1:${first}`,
      [SECOND_API]: `127.0.0.1:${second}`,
      [IRONIC]: `127.0.0.1:${ironicPort}`,
      [USERS]: dir.join('htpasswd'),
    }).reduce((all, [from, to]) => all.replaceAll(from, to), block);
    started += 1;
    const proxy = await PROXIES[name].start(
      name === 'apache' ? virtualHost(text, port, ironicPort) : text,
      `${name}-${started}`,
      dir,
    );
    await eventually(`${name} listens`, async () => {
      if (!proxy.running) throw new Error(proxy.lines.join('\n'));
      return isListening(port);
    });
    return {proxy, port};
  }

  /** The part of Metal3's configuration that the block goes into. */
  function virtualHost(block: string, port: number, ironicPort: number) {
    return `
Listen 127.0.0.1:${port}
<VirtualHost 127.0.0.1:${port}>
    <Location />
        AuthType Basic
        AuthName "Restricted area"
        AuthUserFile ${dir.join('htpasswd')}
        Require valid-user
    </Location>
    ${block}
    ProxyPass "/" "http://127.0.0.1:${ironicPort}/"
    ProxyPassReverse "/" "http://127.0.0.1:${ironicPort}/"
</VirtualHost>
`;
  }
});

function scriptOf(mac: string): string {
  return `/v1/boot/${mac}/boot.ipxe`;
}

/** How many requests were denied for where they came from. */
function denials(apis: Api[]): number {
  return apis
    .flatMap(api => api.requestLog)
    .filter(({reason}) => reason === 'source_denied')
    .filter(({source}) => source === DENIED).length;
}

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** Asks over a connection of its own. */
async function ask(
  port: number,
  path: string,
  {
    from = ALLOWED,
    method = 'GET',
    headers = {},
  }: {from?: string; method?: string; headers?: Record<string, string>} = {},
): Promise<Answer> {
  const sent = request({
    host: '127.0.0.1',
    port,
    path,
    method,
    headers,
    localAddress: from,
    agent: false,
  });
  sent.end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return {
    status: response.statusCode!,
    headers: response.headers,
    body: Buffer.concat(chunks),
  };
}

function dateless({date: _date, ...headers}: IncomingHttpHeaders) {
  return headers;
}

function isListening(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

/** With the modules of ironic-image, and those that compress. */
async function startApache(
  block: string,
  title: string,
  dir: TempDir,
): Promise<TestProcess> {
  const modules = [
    'mpm_event',
    'authn_core',
    'authn_file',
    'authz_core',
    'authz_user',
    'auth_basic',
    'env',
    'filter',
    'deflate',
    'proxy',
    'proxy_http',
  ];
  const file = await dir.write(
    `${title}.conf`,
    `ServerRoot ${dir.path}
ServerName localhost
DefaultRuntimeDir ${dir.path}
PidFile ${dir.join(`${title}.pid`)}
ErrorLog ${dir.join(`${title}.log`)}
User www-data
Group www-data
${modules.map(m => `LoadModule ${m}_module /usr/lib/apache2/modules/mod_${m}.so\n`).join('')}
SetOutputFilter DEFLATE
${block}`,
  );
  // One process, so that it can't leave others behind.
  return TestProcess.start('/usr/sbin/apache2', ['-X', '-f', file]);
}

async function startNginx(
  block: string,
  title: string,
  dir: TempDir,
): Promise<TestProcess> {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map(kind => `${kind}_temp_path ${dir.path};\n`)
    .join('');
  const file = await dir.write(
    `${title}.conf`,
    `daemon off;
master_process off;
pid ${dir.join(`${title}.pid`)};
error_log stderr;
events {}
http {
access_log off;
gzip on;
gzip_types text/plain;
${temporary}${block}
}`,
  );
  return TestProcess.start('/usr/sbin/nginx', [
    '-p',
    dir.path,
    '-e',
    'stderr',
    '-c',
    file,
  ]);
}

async function startHaproxy(
  block: string,
  title: string,
  dir: TempDir,
): Promise<TestProcess> {
  const file = await dir.write(`${title}.cfg`, block);
  return TestProcess.start('/usr/sbin/haproxy', ['-db', '-f', file]);
}
