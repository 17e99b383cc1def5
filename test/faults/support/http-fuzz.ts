import {
  CLOSED,
  KEPT,
  notFound,
  served,
} from '../../acceptance/system/support/wire';
import {Machine} from './fleet';
import {Random} from './random';

/** A request, sound or not, and what may come of it. */
export interface Attempt {
  bytes: string;
  /** Every answer that is right. */
  answers: string[];
  /** Whether it is by HEAD, so that its answer has no body. */
  bodyless?: boolean;
  /** Whether the server has to close the connection behind the answer. */
  last?: boolean;
}

const CLOSING = [
  /^Connection: close\r$/m,
  // The server can't know whether the body comes that it did not ask for.
  /^Expect: /m,
  /^[^\r]* HTTP\/1\.0\r$/m,
  // HTTP/0.9.
  /^GET \S+\r$/m,
];

/** Whether the connection is closed behind the answer to it. */
export function isFarewell({bytes}: Attempt): boolean {
  return CLOSING.some(pattern => pattern.test(bytes));
}

/** Whether no other request may be sent before it is answered. */
export function isAlone({bytes}: Attempt): boolean {
  return bytes.includes(UPGRADE);
}

/** What is sent over a connection of its own until the server closes it. */
export interface Stream {
  bytes: string;
  /** Whether it is addressed to the branch, or to nobody as no HTTP at all. */
  toBranch: boolean;
}

const BRANCH = '/v1/boot/';

// No request can hold it, so the server has to come to an end of reading.
const END = '\0\r\n\r\n';

const TOKEN =
  'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~!#$%&*+^`|';
const PRINTABLE = `${TOKEN} "'(),/:;<=>?@[\\]{}`;
const LATIN = `${PRINTABLE}\t\x80\x9f\xe9\xff`;
const PATH = 'abcdefzABCDEFZ0123456789-_.~!$&\'()*+,;=:@"<>[]^`{|}\\';

/** Methods that node:http knows. */
const OTHER_METHODS = [
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
  'PURGE',
  'M-SEARCH',
  'SEARCH',
  'LINK',
  'SOURCE',
];

/** Headers that mean something to somebody, and nothing here. */
const HEADERS = [
  'Accept: application/json',
  'Accept-Encoding: gzip, br',
  'Authorization: Basic Zm9vOmJhcg==',
  'Cookie: a=b; __proto__=c',
  'Forwarded: for=192.0.2.1',
  'Host: 127.0.0.1',
  'Host:',
  'If-Modified-Since: Sat, 01 Jan 2000 00:00:00 GMT',
  'If-None-Match: *',
  'Keep-Alive: timeout=1',
  'Origin: http://example.org',
  'Range: bytes=0-3',
  'TE: trailers',
  'Trailer: X',
  'Upgrade: h2c',
  'User-Agent: iPXE/1.0.0+git-20190125.36a4c85-5.1',
  'X-Auth-Token: gAAAAA',
  'X-Forwarded-For: 10.0.0.1, ::1, nonsense',
  'X-HTTP-Method-Override: DELETE',
  'X-OpenStack-Ironic-API-Version: latest',
  'X-OpenStack-Ironic-API-Version: 1.1',
  '__proto__: x',
  'constructor: x',
];

// The wish for another protocol, of which node:http takes what follows to be.
const UPGRADE = 'Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n';

/** Heads that no request may have. */
const BAD_HEADERS = [
  'Content-Length: -1',
  'Content-Length: 1e3',
  'Content-Length: 99999999999999999999999',
  'Content-Length: 1\r\nContent-Length: 2',
  'Content-Length: 3\r\nTransfer-Encoding: chunked',
  'Transfer-Encoding: chunked, identity',
  ': no name',
  'no colon',
  'a b: c',
  'X: \x01',
  'X: \0',
  `X: ${'x'.repeat(9000)}`,
  `${'x'.repeat(9000)}: x`,
  `X: ${'x'.repeat(100_000)}`,
  Array(2000).fill('X-Y: yes').join('\r\n'),
];

/** What other protocols begin with, and what was never one. */
const NO_HTTP = [
  // HTTP/2's preface, with its first frame.
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0',
  // TLS: records with the beginning of a client hello.
  '\x16\x03\x01\0\xc8\x01\0\0\xc4\x03\x03',
  '\x80\x2e\x01\0\x02\0\x15',
  'SSH-2.0-OpenSSH_9.2p1\r\n',
  '\x05\x01\0',
  'PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n',
  '{"jsonrpc": "2.0"}\r\n',
  'HTTP/1.1 200 OK\r\n\r\n',
  'GET\r\n\r\n',
  'GET \r\n\r\n',
  'get /v1/boot/x HTTP/1.1\r\n\r\n',
  'CONNECT x:1 HTTP/1.1\r\n\r\n',
];

/** Makes requests below `/v1/boot`, and things like them. */
export class HttpFuzz {
  constructor(
    private readonly random: Random,
    /** What is served, by its plain path. */
    private readonly machines: readonly Machine[],
  ) {}

  /** A request of which it is known what has to come of it. */
  attempt(): Attempt {
    const {random} = this;
    return random.pick([
      () => this.good(),
      () => this.good(),
      () => this.otherPath(),
      () => this.otherPath(),
      () => this.otherMethod(),
      () => this.brokenBody(),
      () => this.unreadable(),
    ])();
  }

  /** Something of which it is known only what must not come of it. */
  stream(): Stream {
    const {random} = this;
    const toBranch = true;
    return random.pick<() => Stream>([
      () => ({bytes: this.mutant() + END, toBranch}),
      () => ({bytes: this.mutant() + END, toBranch}),
      () => ({bytes: random.pick(NO_HTTP) + END, toBranch}),
      () => ({bytes: random.bytes(random.below(300)) + END, toBranch}),
      () => ({bytes: this.elsewhere(), toBranch: false}),
    ])();
  }

  private good(): Attempt {
    const {random} = this;
    const {target, script} = random.pick(this.machines);
    const sent = this.spell(target) + this.query();
    const ofScript = (connection: string) => served(script, connection);
    // HTTP/0.9 has no headers and no HEAD.
    if (random.oneIn(50)) {
      return {bytes: `GET ${sent}\r\n\r\n`, ...expecting(ofScript)};
    }
    const bodyless = random.oneIn(5);
    const head = this.head(bodyless ? 'HEAD' : 'GET', sent);
    return {bytes: `${head}\r\n`, ...expecting(ofScript, {bodyless})};
  }

  private otherPath(): Attempt {
    const {random} = this;
    const bodyless = random.oneIn(10);
    const head = this.head(bodyless ? 'HEAD' : 'GET', this.badTarget());
    const upgrade = random.oneIn(30) ? UPGRADE : '';
    return {bytes: `${head}${upgrade}\r\n`, ...expecting(notFound, {bodyless})};
  }

  private otherMethod(): Attempt {
    const {random} = this;
    const {target} = random.pick(this.machines);
    const body = random.bytes(random.below(3000));
    const [framing, framed] = random.pick([
      ['', ''],
      [`Content-Length: ${body.length}\r\n`, body],
      ['Transfer-Encoding: chunked\r\n', this.chunked(body)],
    ]);
    const head = this.head(random.pick(OTHER_METHODS), target);
    return {bytes: `${head}${framing}\r\n${framed}`, ...expecting(notFound)};
  }

  /** A sound head, and what does not follow it as it announces. */
  private brokenBody(): Attempt {
    const {random} = this;
    const {target, script} = random.pick(this.machines);
    const isGood = random.oneIn(2);
    const head = this.head(isGood ? 'GET' : 'POST', target);
    const broken = random.pick([
      'zz\r\n',
      '-1\r\n',
      'ffffffffffffffffff\r\n',
      '5\r\nabcdefg\r\n',
      '5;\0\r\nabcde\r\n',
    ]);
    return {
      bytes: `${head}Transfer-Encoding: chunked\r\n\r\n${broken}${END}`,
      ...expecting(connection =>
        isGood ? served(script, connection) : notFound(connection),
      ),
      last: true,
    };
  }

  /** A request that node:http can't read. */
  private unreadable(): Attempt {
    const {random} = this;
    const {target} = random.pick(this.machines);
    const [line, ...headers] = this.head('GET', target).split('\r\n');
    const bytes = random.pick([
      () => [line, random.pick(BAD_HEADERS), ...headers].join('\r\n'),
      () => [`${random.text(9, TOKEN)}/ ${target} HTTP/1.1`, ''].join('\r\n'),
      () => [line.replace(/1\.\d$/, '3.7'), ...headers].join('\r\n'),
      () => [line.replace('HTTP', 'HTCPCP'), ...headers].join('\r\n'),
      () => `GET ${target}${'/x'.repeat(5000)} HTTP/1.1\r\n`,
      () => `GET ${target.replace('boot', '\0')} HTTP/1.1\r\n`,
      () => `GET ${target} x HTTP/1.1\r\n`,
      () => `CONNECT ${random.text(20, TOKEN)}:80 HTTP/1.1\r\n`,
    ])();
    return {
      bytes: `${bytes}\r\n${random.bytes(random.below(2000))}`,
      answers: [notFound(CLOSED)],
      last: true,
    };
  }

  /** A good request but for some bytes behind what names the branch. */
  private mutant(): string {
    const {random} = this;
    const {bytes} = this.good();
    const intact = bytes.indexOf(BRANCH) + BRANCH.length;
    return bytes.slice(0, intact) + random.mutate(bytes.slice(intact));
  }

  private elsewhere(): string {
    const {random} = this;
    const path = random.pick([
      () => '*',
      () => '/',
      () => `/${random.text(random.below(30), `${PATH}/%`)}`,
      () => `/explorer/${random.text(random.below(30), `${PATH}/%`)}`,
      () => '/openapi.json',
      () => `/v1/${random.text(5, PATH)}/%zz`,
      () => `http://${random.text(5, 'abc')}`,
      () => `/${'x'.repeat(5000)}`,
      () => '/v1/nodes?a[b]=c&a[b][c]=d&__proto__[x]=y',
    ])();
    const method = random.pick(['GET', 'HEAD', 'POST', 'OPTIONS', 'PUT']);
    const body = random.pick(['', '{"a":', random.bytes(200)]);
    return (
      `${method} ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n` +
      `Content-Type: application/json\r\n` +
      `Content-Length: ${body.length}\r\n\r\n${body}`
    );
  }

  /** Request line and some headers, each with its line end. */
  private head(method: string, target: string): string {
    const {random} = this;
    const version = random.oneIn(20) ? '1.0' : '1.1';
    const headers = random.list(random.below(6), () => this.header());
    if (random.oneIn(8)) headers.push('Connection: close');
    if (random.oneIn(50)) headers.push('Expect: 100-continue');
    if (random.oneIn(50)) headers.push('Expect: nothing');
    const lines = [`${method} ${target} HTTP/${version}`, ...headers];
    return lines.map(line => `${line}\r\n`).join('');
  }

  private header(): string {
    const {random} = this;
    if (random.oneIn(2)) return random.pick(HEADERS);
    const name = `x-${random.text(1 + random.below(20), TOKEN)}`;
    return `${name}:${random.text(random.below(200), LATIN)}`;
  }

  /** Another spelling of a path that is served. */
  private spell(target: string): string {
    const {random} = this;
    const [, mac, name] = /^\/v1\/boot\/(.*)\/(.*)$/.exec(target)!;
    const spelt = random.pick([
      mac,
      mac,
      mac.replaceAll(':', '-'),
      mac.replaceAll(':', ''),
      mac.replaceAll(':', '').replace(/(....)(....)(....)/, '$1.$2.$3'),
    ]);
    const cased = this.eachCharacter(spelt, c =>
      random.oneIn(2) ? c.toUpperCase() : c,
    );
    const path = `/v1/boot/${this.escape(cased)}/${this.escape(name)}`;
    return random.oneIn(10)
      ? `${random.pick(['http', 'HTTP', 'https'])}://${random.pick(['a', 'a:1', '[::1]:80', 'u@a'])}${path}`
      : path;
  }

  private query(): string {
    const {random} = this;
    return random.pick([
      () => '',
      () => '',
      () => '?',
      () => `?${random.text(random.below(40), `${PATH}/?%&=`)}`,
      () => '?../../x=%00',
    ])();
  }

  /** A path of the branch at which nothing is served. */
  private badTarget(): string {
    const {random} = this;
    const {target} = random.pick(this.machines);
    const [, mac, name] = /^\/v1\/boot\/(.*)\/(.*)$/.exec(target)!;
    const noise = () => random.text(1 + random.below(30), PATH);
    const path = random.pick([
      () => `/v1/boot/${mac}/${name}${noise()}`,
      () => `/v1/boot/${mac}${noise()}/${name}`,
      () => `/v1/boot/${noise()}/${noise()}`,
      () => `/v1/boot/${mac}/${name}/${noise()}`,
      () => `/v1/boot/${mac}/${name}/`,
      () => `/v1/boot/${mac}//${name}`,
      () => `/v1/boot/${mac}`,
      () => `/v1/boot/${mac}/`,
      () => `/v1/boot`,
      () => `/v1/boot/`,
      () => `/v1/boot/./${mac}/${name}`,
      () => `/v1/boot/x/../${mac}/${name}`,
      () => `//v1/boot/${mac}/${name}`,
      () => `/v1//boot/${mac}/${name}`,
      () => `/V1/Boot/${mac}/${name}`,
      () => `/v1/boo%74/${mac}/${name}`,
      () => `/v1%2fboot/${mac}/${name}`,
      () => `/v1/boot/${mac}/${name.toUpperCase()}`,
      () => `/v1/boot/${mac}%00/${name}`,
      () => `/v1/boot/${mac}/${name}%00`,
      () => `/v1/boot/${mac}/%2e%2e`,
      () => `/v1/boot/${mac}/..%2f..%2f..%2fetc%2fpasswd`,
      () => `/v1/boot/${mac}%2f${name}`,
      () => `/v1/boot/${mac}/${name}%`,
      () => `/v1/boot/${mac}/%zz${name}`,
      () => `/v1/boot/${mac}/%c0%ae${name}`,
      () => `/v1/boot/%ff${mac}/${name}`,
      () => `/v1/boot/${mac}/%F0%9F%96%A5`,
      () => `/v1/boot/${mac}/constructor`,
      () => `/v1/boot/__proto__/${name}`,
      () => `/v1/boot/${mac.slice(0, -1)}/${name}`,
      () => `/v1/boot/${mac.replace(':', '-')}/${name}`,
      () => `/v1/boot/ff:ff:ff:ff:ff:ff/${name}`,
      () => `/v1/boot/${noise().repeat(100)}/${name}`,
      () => `/v1/boot/${mac}/${noise().repeat(100)}`,
      () => `/v1/boot${'/x'.repeat(random.below(1000))}/`,
    ])();
    return path + this.query();
  }

  private chunked(body: string): string {
    const {random} = this;
    const chunks = body === '' ? [] : random.split(body, 4);
    return [...chunks, '']
      .map(chunk => `${chunk.length.toString(16)}\r\n${chunk}\r\n`)
      .join('');
  }

  private escape(text: string): string {
    return this.eachCharacter(text, c =>
      this.random.oneIn(6)
        ? `%${c.charCodeAt(0).toString(16).padStart(2, '0')}`
        : c,
    );
  }

  private eachCharacter(text: string, change: (c: string) => string): string {
    return [...text].map(change).join('');
  }
}

/** An answer over a connection that is kept, or closed. */
function expecting(
  answer: (connection: string) => string,
  {bodyless = false} = {},
): Pick<Attempt, 'answers' | 'bodyless'> {
  const answers = [KEPT, CLOSED].map(connection => answer(connection));
  return {
    answers: bodyless ? answers.map(withoutBody) : answers,
    bodyless,
  };
}

function withoutBody(answer: string): string {
  const end = '\r\n\r\n';
  return answer.slice(0, answer.indexOf(end) + end.length);
}
