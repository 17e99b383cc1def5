import {Agent, get} from 'node:http';
import {buffer} from 'node:stream/consumers';
import {expect} from '@loopback/testlab';
import {
  askFor,
  BootRequest,
  dateless,
  expectNotFound,
  expectServed,
  headerOf,
  MAC,
  NOT_FOUND,
  rawRequest,
  scriptOf,
  served,
  useHost,
  WAITING_NODE,
} from '../support';

const GOOD_PATH = `/v1/boot/${MAC.waiting}/boot.ipxe`;

describe('A request for a script', () => {
  const host = useHost();
  beforeEach(() => {
    host().conductor.reset();
    host().logger.clear();
  });

  for (const query of [
    '?',
    '?x=y',
    '?mac=52:54:00:ab:cd:ff&name=x',
    '?%zz',
    '?a=/../..',
    '?v=2#fragment',
    `?${'x'.repeat(4096)}`,
  ]) {
    it(`is served whatever its query: ${query.slice(0, 30)}`, async () => {
      expectServed(await askFor(host(), {target: GOOD_PATH + query}));
    });
  }

  it('is served whatever its headers say', async () => {
    const variants: Record<string, string>[] = [
      {'X-OpenStack-Ironic-API-Version': '1.1'},
      {'X-OpenStack-Ironic-API-Version': 'latest'},
      {'X-OpenStack-Ironic-API-Version': 'not a version'},
      {'X-Auth-Token': 'wrong'},
      {Authorization: 'Basic d3Jvbmc6d3Jvbmc='},
      {Accept: 'application/json'},
      {'Accept-Encoding': 'gzip, br'},
      {'If-None-Match': '*'},
      {'If-Modified-Since': 'Fri, 01 Jan 2100 00:00:00 GMT'},
      {Range: 'bytes=0-3'},
      {Origin: 'http://example.org'},
      {'X-HTTP-Method-Override': 'DELETE'},
      {'User-Agent': 'iPXE/1.21.1+ (g988d2)'},
      {Cookie: 'session=1'},
    ];
    for (const headers of variants) {
      expectServed(await askFor(host(), {headers}));
    }
  });

  it('is served to HTTP/1.0, as an old ROM speaks it', async () => {
    const answer = await rawRequest(
      host().port,
      `GET ${GOOD_PATH} HTTP/1.0\r\n\r\n`,
    );
    expect(dateless(answer)).to.eql(served(scriptOf(WAITING_NODE)));
  });

  it('is served over a connection that is kept', async () => {
    const agent = new Agent({keepAlive: true, maxSockets: 1});
    const ports = new Set<number | undefined>();
    try {
      for (const path of [GOOD_PATH, '/v1/boot/x/y', '/v1/boot', GOOD_PATH]) {
        const text = await new Promise<string>((resolve, reject) => {
          get({port: host().port, path, agent}, response => {
            ports.add(response.socket.localPort);
            expect(response.headers.connection).to.equal('keep-alive');
            buffer(response).then(b => resolve(b.toString()), reject);
          }).on('error', reject);
        });
        expect(text).to.equal(
          path === GOOD_PATH ? scriptOf(WAITING_NODE) : 'Not Found\n',
        );
      }
    } finally {
      agent.destroy();
    }
    expect(ports.size).to.equal(1);
  });

  it('is served by HEAD, without the script', async () => {
    const answer = await askFor(host(), {method: 'HEAD'});
    expect(dateless(answer)).to.eql({
      ...served(scriptOf(WAITING_NODE)),
      body: Buffer.alloc(0),
    });
    expect(host().logger.only.details).to.containEql({method: 'HEAD'});
  });

  it('is answered with nothing but the headers of the contract', async () => {
    for (const request of [{}, {mac: MAC.unknown}]) {
      const answer = await askFor(host(), request);
      expect(answer.headers.map(([name]) => name)).to.eql([
        'Content-Type',
        'Content-Length',
        'Cache-Control',
        'Date',
        'Connection',
      ]);
      expect(Date.parse(headerOf(answer, 'Date')!)).to.be.a.Number();
    }
  });

  it('is answered with the bytes as they are', async () => {
    const script =
      '#!ipxe\r\necho Grüße, 你好 ✓ \u{1F680}\n\techo "${x}" %00 &amp;\n\n';
    host().conductor.returns(script);
    expect(dateless(await askFor(host()))).to.eql(served(script));
  });
});

describe('A request of another kind', () => {
  const host = useHost();
  beforeEach(() => {
    host().conductor.reset();
    host().logger.clear();
  });

  const METHODS = [
    'POST',
    'PUT',
    'PATCH',
    'DELETE',
    'OPTIONS',
    'TRACE',
    'LINK',
    'PROPFIND',
    'M-SEARCH',
    'PURGE',
  ];
  for (const method of METHODS) {
    it(`gets the constant 404: ${method}`, async () => {
      expectNotFound(await askFor(host(), {method}));
      expect(host().logger.only.details.reason).to.equal('method_unknown');
      expect(host().conductor.calls).to.be.empty();
    });
  }

  const BODIES: Record<string, BootRequest> = {
    JSON: {
      headers: {'Content-Type': 'application/json'},
      body: '{"mac": "x"}',
    },
    'bad JSON': {headers: {'Content-Type': 'application/json'}, body: '{'},
    'an unknown media type': {
      headers: {'Content-Type': 'what/ever'},
      body: 'x',
    },
    'a bad media type': {headers: {'Content-Type': '///'}, body: 'x'},
    'a bad encoding': {
      headers: {'Content-Encoding': 'gzip', 'Content-Type': 'text/plain'},
      body: 'no gzip',
    },
    'two megabytes': {
      headers: {'Content-Type': 'application/json'},
      body: ' '.repeat(2 * 1024 * 1024),
    },
  };
  for (const [what, request] of Object.entries(BODIES)) {
    it(`gets the constant 404: POST of ${what}`, async () => {
      expectNotFound(await askFor(host(), {method: 'POST', ...request}));
    });

    it(`is served all the same: GET with ${what}`, async () => {
      expectServed(await askFor(host(), request));
    });
  }

  for (const target of [
    '/v1/boot',
    '/v1/boot/',
    '/v1/boot//',
    '/v1/boot/x',
    '/v1/boot/x/',
    '/v1/boot/x/y/z',
    `${GOOD_PATH}/`,
    `${GOOD_PATH}//`,
    `${GOOD_PATH};jsessionid=1/x`,
    '/v1/boot/%zz/boot.ipxe',
    `/v1/boot/${MAC.waiting}/%`,
    `/v1/boot/${MAC.waiting}/%c0%ae`,
    `/v1/boot/${MAC.waiting}/%ed%a0%80`,
    `/v1/boot/${MAC.waiting}%2Fboot.ipxe`,
    '/v1%2Fboot/x/y',
    '/v1/%62%6f%6f%74/x/y',
    '/%561/boot/x',
    '/V1/BOOT/x',
    `/v1//boot/${MAC.waiting}/boot.ipxe`,
    `/v1/boot//${MAC.waiting}/boot.ipxe`,
    `/v1/boot/./${MAC.waiting}/boot.ipxe`,
    `/v1/boot/${MAC.waiting}/../${MAC.waiting}/boot.ipxe`,
    '/v1/boot/__proto__/constructor',
    `/v1/boot/${'x'.repeat(8000)}`,
  ]) {
    it(`gets the constant 404: ${target.slice(0, 60)}`, async () => {
      expectNotFound(await askFor(host(), {target}));
      expect(host().conductor.calls).to.be.empty();
    });
  }

  it('gets it by HEAD without its body', async () => {
    const answer = await askFor(host(), {method: 'HEAD', target: '/v1/boot'});
    expect(dateless(answer)).to.eql({...NOT_FOUND, body: Buffer.alloc(0)});
  });
});
