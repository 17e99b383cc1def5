import {expect} from '@loopback/testlab';
import {formatHostAddress, isLoopback, parseHostAddress} from '../../../src';

describe('parseHostAddress', () => {
  for (const [hostname, host, port] of [
    ['conductor-a', 'conductor-a', 8089],
    ['conductor-a.example.org', 'conductor-a.example.org', 8089],
    ['conductor-a:18089', 'conductor-a', 18089],
    ['192.0.2.1', '192.0.2.1', 8089],
    ['192.0.2.1:1', '192.0.2.1', 1],
    ['::1', '::1', 8089],
    ['2001:db8::1', '2001:db8::1', 8089],
    // A port needs brackets, as it might be a part of the address.
    ['2001:db8::1:8090', '2001:db8::1:8090', 8089],
    ['[::1]', '::1', 8089],
    ['[::1]:8090', '::1', 8090],
    ['[2001:db8::1]:65535', '2001:db8::1', 65535],
    // No addresses, and taken for the names that they are.
    ['conductor-a:', 'conductor-a:', 8089],
    ['conductor-a:http', 'conductor-a:http', 8089],
    ['conductor-a:123456', 'conductor-a:123456', 8089],
    ['a:b:c', 'a:b:c', 8089],
  ] as const) {
    it(`reads ${hostname}`, () => {
      expect(parseHostAddress(hostname, 8089)).to.eql({host, port});
    });
  }
});

describe('formatHostAddress', () => {
  it('puts an IPv6 address in brackets, and nothing else', () => {
    expect(formatHostAddress({host: '::1', port: 8089})).to.equal('[::1]:8089');
    expect(formatHostAddress({host: '192.0.2.1', port: 80})).to.equal(
      '192.0.2.1:80',
    );
    expect(formatHostAddress({host: 'conductor-a', port: 8089})).to.equal(
      'conductor-a:8089',
    );
  });
});

describe('isLoopback', () => {
  for (const host of ['127.0.0.1', '127.0.0.11', '::1', 'localhost']) {
    it(`is true of ${host}`, () => {
      expect(isLoopback({host, port: 1})).to.be.true();
    });
  }

  for (const host of [
    '::',
    '0.0.0.0',
    '192.0.2.1',
    '2001:db8::1',
    '1270.0.0.1',
    'conductor-a',
    'localhost.example.org',
    '127.0.0.1.example.org',
  ]) {
    it(`is false of ${host}`, () => {
      expect(isLoopback({host, port: 1})).to.be.false();
    });
  }
});
