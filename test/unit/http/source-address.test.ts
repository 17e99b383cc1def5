import {IncomingMessage} from 'node:http';
import {expect} from '@loopback/testlab';
import {Networks} from '../../../src/config/cidr';
import {sourceAddressOf} from '../../../src/http/source-address';

const PROXY = '192.0.2.1';
const TRUSTED = new Networks(['192.0.2.0/24', 'fd00::/8']);

function requestFrom(
  remoteAddress: string | undefined,
  forwardedFor?: string,
): IncomingMessage {
  return {
    socket: {remoteAddress},
    headers: {'x-forwarded-for': forwardedFor},
  } as unknown as IncomingMessage;
}

describe('sourceAddressOf', () => {
  for (const [what, peer, forwardedFor, source] of [
    ['the peer', '203.0.113.5', undefined, '203.0.113.5'],
    [
      'the peer of a dual-stack listener',
      '::ffff:203.0.113.5',
      undefined,
      '203.0.113.5',
    ],
    ['the peer, whatever it claims', '203.0.113.5', '10.0.0.1', '203.0.113.5'],
    ['what a trusted proxy says', PROXY, '203.0.113.5', '203.0.113.5'],
    [
      'what one says on a dual-stack listener',
      `::ffff:${PROXY}`,
      '::ffff:203.0.113.5',
      '203.0.113.5',
    ],
    ['what an IPv6 proxy says', 'fd00::1', '2001:db8::5', '2001:db8::5'],
    [
      'the last that no trusted proxy is',
      PROXY,
      '10.0.0.1, 203.0.113.5, 192.0.2.9',
      '203.0.113.5',
    ],
    [
      'not what the client itself put before',
      PROXY,
      '192.0.2.200,203.0.113.5',
      '203.0.113.5',
    ],
    [
      'the first where all are trusted',
      PROXY,
      '192.0.2.8, 192.0.2.9',
      '192.0.2.8',
    ],
    ['the proxy that says nothing', PROXY, undefined, PROXY],
    ['the proxy that says nothing of use', PROXY, ' , ', PROXY],
    ['nothing of a connection that is gone', undefined, undefined, ''],
  ] as const) {
    it(`is ${what}`, () => {
      expect(
        sourceAddressOf(requestFrom(peer, forwardedFor), TRUSTED),
      ).to.equal(source);
    });
  }

  it('is the peer where no proxy is trusted', () => {
    const request = requestFrom(PROXY, '203.0.113.5');
    expect(sourceAddressOf(request, undefined)).to.equal(PROXY);
  });
});
