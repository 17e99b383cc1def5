import {expect} from '@loopback/testlab';
import {Networks, parseNetwork, plainAddress} from '../../../src/config/cidr';

describe('parseNetwork', () => {
  for (const [text, address, prefix, family] of [
    ['192.0.2.0/24', '192.0.2.0', 24, 'ipv4'],
    ['192.0.2.7/24', '192.0.2.7', 24, 'ipv4'],
    ['192.0.2.7', '192.0.2.7', 32, 'ipv4'],
    ['0.0.0.0/0', '0.0.0.0', 0, 'ipv4'],
    ['2001:db8::/32', '2001:db8::', 32, 'ipv6'],
    ['2001:db8::1', '2001:db8::1', 128, 'ipv6'],
    ['::/0', '::', 0, 'ipv6'],
  ] as const) {
    it(`reads ${text}`, () => {
      expect(parseNetwork(text)).to.eql({address, prefix, family});
    });
  }

  for (const text of [
    '',
    '/24',
    '192.0.2.0/',
    '192.0.2.0/33',
    '192.0.2.0/-1',
    '192.0.2.0/24/8',
    '192.0.2.0/255.255.255.0',
    '192.0.2/24',
    '2001:db8::/129',
    '[2001:db8::]/32',
    'example.org',
    ' 192.0.2.0/24',
  ]) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(parseNetwork(text)).to.be.undefined();
    });
  }
});

describe('Networks', () => {
  const networks = new Networks([
    '192.0.2.0/25',
    '198.51.100.7',
    '2001:db8:1::/48',
    'fe80::/10',
  ]);

  for (const [address, isIn] of [
    ['192.0.2.0', true],
    ['192.0.2.127', true],
    ['192.0.2.128', false],
    ['198.51.100.7', true],
    ['198.51.100.8', false],
    ['2001:db8:1::ffff', true],
    ['2001:db8:2::1', false],
    // As a dual-stack listener sees IPv4.
    ['::ffff:192.0.2.1', true],
    ['::FFFF:192.0.2.1', true],
    ['::ffff:192.0.2.200', false],
    // As the peer of a link-local connection is told.
    ['fe80::1%lo', true],
    ['', false],
    ['unknown', false],
    ['192.0.2.1:4711', false],
    ['192.0.2.1, 192.0.2.2', false],
  ] as const) {
    it(`${isIn ? 'have' : 'do not have'} ${JSON.stringify(address)}`, () => {
      expect(networks.has(address)).to.equal(isIn);
    });
  }

  it('have nobody when there are none', () => {
    expect(new Networks([]).has('192.0.2.1')).to.be.false();
  });
});

describe('plainAddress', () => {
  it('takes the form of a dual-stack listener off IPv4, and only that', () => {
    expect(plainAddress('::ffff:192.0.2.1')).to.equal('192.0.2.1');
    for (const address of ['192.0.2.1', '::1', '::ffff:c000:201', '']) {
      expect(plainAddress(address)).to.equal(address);
    }
  });
});
