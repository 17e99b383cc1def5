import {expect} from '@loopback/testlab';
import {
  ConfigurationError,
  parseTransportUrl,
  resolveOptions,
} from '../../../src';

const GUEST = {username: 'guest', password: 'guest'};
const LOCAL = {host: 'localhost', port: 5672, ...GUEST};

describe('parseTransportUrl', () => {
  for (const [url, brokers, virtualHost] of [
    ['rabbit://', [LOCAL], '/'],
    ['rabbit:///', [LOCAL], '/'],
    ['kombu://', [LOCAL], '/'],
    [
      'rabbit://ironic:S3cret@192.0.2.1:5673/',
      [
        {
          host: '192.0.2.1',
          port: 5673,
          username: 'ironic',
          password: 'S3cret',
        },
      ],
      '/',
    ],
    ['rabbit://mq', [{...LOCAL, host: 'mq'}], '/'],
    ['rabbit://mq:', [{...LOCAL, host: 'mq'}], '/'],
    ['rabbit://mq/ironic', [{...LOCAL, host: 'mq'}], 'ironic'],
    ['rabbit://mq//ironic', [{...LOCAL, host: 'mq'}], '/ironic'],
    ['rabbit://mq//', [{...LOCAL, host: 'mq'}], '/'],
    ['rabbit://mq/%2Fironic?ssl=1', [{...LOCAL, host: 'mq'}], '/ironic'],
    [
      'rabbit://a:1@h1:5671,b:2@h2//v',
      [
        {host: 'h1', port: 5671, username: 'a', password: '1'},
        {host: 'h2', port: 5672, username: 'b', password: '2'},
      ],
      '/v',
    ],
    [
      'rabbit://u%40x:p%2F%3A%25:q@mq/',
      [{host: 'mq', port: 5672, username: 'u@x', password: 'p/:%:q'}],
      '/',
    ],
    [
      'rabbit://a:b@c@mq/',
      [{host: 'mq', port: 5672, username: 'a', password: 'b@c'}],
      '/',
    ],
    [
      'rabbit://a:b@[2001:db8::1]:5673,[::1]/',
      [
        {host: '2001:db8::1', port: 5673, username: 'a', password: 'b'},
        {host: '::1', port: 5672, ...GUEST},
      ],
      '/',
    ],
  ] as const) {
    it(`reads ${url}`, () => {
      expect(parseTransportUrl(url)).to.eql({brokers, virtualHost});
    });
  }

  for (const url of [
    '',
    'mq',
    'amqp://mq/',
    'fake://',
    'rabbit:/mq',
    'rabbit://mq:x/',
    'rabbit://mq:65536/',
    'rabbit://mq:0/',
    'rabbit://[::1/',
    'rabbit://::1/',
    'rabbit://a:%zz@mq/',
    'rabbit://a:%ff@mq/',
  ]) {
    it(`refuses ${JSON.stringify(url)}`, () => {
      expect(parseTransportUrl(url)).to.be.undefined();
    });
  }
});

describe('[DEFAULT] transport_url', () => {
  const transport_url = 'fake://ironic:S3cret@mq/';

  it('has to be one of RabbitMQ where it is used', () => {
    expect(() => resolveOptions({DEFAULT: {transport_url}})).to.throw(
      ConfigurationError,
      {
        message:
          'The configuration is not usable:\n  [DEFAULT] transport_url = ***: expected rabbit://USER:PASSWORD@HOST:5672/VHOST for rpc_transport = oslo',
      },
    );
  });

  it('is ignored where another transport is used', () => {
    for (const rpc_transport of ['json-rpc', 'none']) {
      resolveOptions({DEFAULT: {rpc_transport, transport_url}});
    }
  });
});
