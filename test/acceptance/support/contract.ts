import {expect} from '@loopback/testlab';
import {BootRequest, askFor} from './boot-request';
import {Host} from './host';
import {dateless, RawResponse} from './raw-request';
import {MAC, WAITING_NODE} from './sample-store';
import {scriptOf} from './stub-conductor';

/** The answer to everything that is not served. */
export const NOT_FOUND: RawResponse = {
  statusLine: 'HTTP/1.1 404 Not Found',
  status: 404,
  headers: [
    ['Content-Type', 'text/plain; charset=utf-8'],
    ['Content-Length', '10'],
    ['Cache-Control', 'no-store'],
    ['Connection', 'close'],
  ],
  body: Buffer.from('Not Found\n'),
};

/** The answer to a good request for the script `body`. */
export function served(body: string | Buffer): RawResponse {
  const bytes = Buffer.from(body);
  return {
    statusLine: 'HTTP/1.1 200 OK',
    status: 200,
    headers: [
      ['Content-Type', 'text/plain; charset=utf-8'],
      ['Content-Length', String(bytes.length)],
      ['Cache-Control', 'no-store'],
      ['Connection', 'close'],
    ],
    body: bytes,
  };
}

/** Asserts that an answer is the script of the waiting node. */
export function expectServed(response: RawResponse): void {
  expect(dateless(response)).to.eql(served(scriptOf(WAITING_NODE)));
}

/** Asserts that an answer is the constant one. */
export function expectNotFound(response: RawResponse): void {
  expect(dateless(response)).to.eql(NOT_FOUND);
}

const VERSION = {'X-OpenStack-Ironic-API-Version': '99.99'};

/** Requests that may not be told apart by their answers. */
export const REFUSED: Record<string, BootRequest> = {
  'a malformed MAC address': {mac: '52:54:00:ab:cd'},
  'a MAC address of no node': {mac: MAC.unknown},
  'a node in another state': {mac: MAC.active},
  'an unknown name': {name: 'grub.cfg'},
  'a malformed name': {name: '..%2F..%2Fetc%2Fpasswd'},
  'a conductor that cannot be reached': {mac: MAC.deadConductor},
  'no conductor at all': {mac: MAC.noConductor},
  POST: {method: 'POST', body: '{"a": 1}'},
  'a POST of what is not JSON': {
    method: 'POST',
    headers: {'Content-Type': 'application/json'},
    body: '{',
  },
  PUT: {method: 'PUT'},
  DELETE: {method: 'DELETE'},
  PATCH: {method: 'PATCH'},
  TRACE: {method: 'TRACE'},
  PROPFIND: {method: 'PROPFIND'},
  OPTIONS: {method: 'OPTIONS'},
  'a CORS preflight': {
    method: 'OPTIONS',
    headers: {
      Origin: 'http://example.org',
      'Access-Control-Request-Method': 'GET',
    },
  },
  'a bad escape in the MAC address': {mac: '%zz'},
  'a bad escape in the name': {name: '%zz'},
  'an escape of bytes that are not UTF-8': {name: '%ff'},
  '/v1/boot': {target: '/v1/boot'},
  '/v1/boot/': {target: '/v1/boot/'},
  '/v1/boot?': {target: '/v1/boot?x=/y'},
  'a MAC address without a name': {target: `/v1/boot/${MAC.waiting}`},
  'a trailing slash': {target: `/v1/boot/${MAC.waiting}/boot.ipxe/`},
  'a path too long': {target: `/v1/boot/${MAC.waiting}/boot.ipxe/x`},
  'an empty MAC address': {target: '/v1/boot//boot.ipxe'},
  'upper case': {target: '/V1/BOOT/x'},
  'upper case and all else right': {
    target: `/V1/Boot/${MAC.waiting}/boot.ipxe`,
  },
  'an escape in the branch': {target: `/v1/b%6fot/${MAC.waiting}/boot.ipxe`},
  'doubled slashes': {target: `//v1//boot/${MAC.waiting}/boot.ipxe`},
  'a doubled slash and nothing to find': {target: '/v1//boot/x'},
};

/**
 * What holds in every host in which the branch is taken out of the chain.
 *
 * @param host - tells the host once it runs
 */
export function itKeepsTheContract(host: () => Host): void {
  beforeEach(() => host().conductor.reset());

  it('serves a script, whatever version of the API is asked for', async () => {
    expectServed(await askFor(host(), {headers: VERSION}));
  });

  it('answers HEAD as GET, without the script', async () => {
    const answer = await askFor(host(), {method: 'HEAD', headers: VERSION});
    expect(dateless(answer)).to.eql({
      ...served(scriptOf(WAITING_NODE)),
      body: Buffer.alloc(0),
    });
  });

  it('answers HEAD of what it does not serve likewise', async () => {
    const answer = await askFor(host(), {method: 'HEAD', mac: MAC.unknown});
    expect(dateless(answer)).to.eql({...NOT_FOUND, body: Buffer.alloc(0)});
  });

  for (const [what, request] of Object.entries(REFUSED)) {
    it(`gives the constant 404 to ${what}`, async () => {
      const headers = {...VERSION, ...request.headers};
      expectNotFound(await askFor(host(), {...request, headers}));
    });
  }
}
