import {expect} from '@loopback/testlab';
import {
  boolean,
  choice,
  choiceOfAnyCase,
  databaseUrl,
  fileMode,
  hostAddress,
  httpUrl,
  integer,
  ipAddress,
  list,
  network,
  OptionType,
  port,
  positive,
  seconds,
  text,
} from '../../../src/config/option-types';

interface Cases<T> {
  /** Pairs of a configured value and what it is read as. */
  reads: [unknown, T][];
  refuses: unknown[];
}

function describeType<T>(
  title: string,
  type: OptionType<T>,
  {reads, refuses}: Cases<T>,
) {
  describe(title, () => {
    for (const [value, expected] of reads) {
      it(`reads ${show(value)} as ${show(expected)}`, () => {
        expect(type.parse(value)).to.eql(expected);
      });
    }
    for (const value of refuses) {
      it(`refuses ${show(value)}`, () => {
        expect(type.parse(value)).to.be.undefined();
      });
    }
  });
}

function show(value: unknown): string {
  return typeof value === 'number' ? String(value) : JSON.stringify(value);
}

describe('option types', () => {
  describeType('text', text(), {
    reads: [
      ['/httpboot', '/httpboot'],
      ['  /httpboot ', '/httpboot'],
      ['with blanks', 'with blanks'],
    ],
    refuses: ['', '  ', 5, true, {}, ['a']],
  });

  describeType('choice of any case', choiceOfAnyCase('SSLv23', 'TLSv1_2'), {
    reads: [
      ['TLSv1_2', 'TLSv1_2'],
      ['sslv23', 'SSLv23'],
      [' tlsV1_2 ', 'TLSv1_2'],
    ],
    refuses: ['TLSv1', 'TLSv1_1', 'SSLv3', 'TLSv1.2', '', 1, null],
  });

  describeType('choice', choice('noauth', 'http_basic'), {
    reads: [
      ['noauth', 'noauth'],
      ['http_basic', 'http_basic'],
    ],
    refuses: ['NOAUTH', 'keystone', 'noauth,http_basic', '', true],
  });

  describeType('boolean', boolean(), {
    reads: [
      ...['True', 'true', 'TRUE', ' yes ', 'Yes', 'on', '1', 1, true].map(
        (value): [unknown, boolean] => [value, true],
      ),
      ...['False', 'false', 'NO', 'off', '0', 0, false].map(
        (value): [unknown, boolean] => [value, false],
      ),
    ],
    refuses: ['', 't', 'y', 'enabled', '2', 2, 'None', {}, [], '10'],
  });

  describeType('integer', integer(-1, 10), {
    reads: [
      ['5', 5],
      [' 5 ', 5],
      ['+5', 5],
      ['010', 10],
      ['-1', -1],
      [10, 10],
    ],
    refuses: [
      '',
      '11',
      '-2',
      11,
      '5.0',
      5.5,
      '0x5',
      '1e1',
      '5 6',
      'five',
      '５',
      NaN,
      Infinity,
      true,
      [5],
    ],
  });

  describeType('integer without upper bound', integer(0), {
    reads: [['9007199254740991', Number.MAX_SAFE_INTEGER]],
    refuses: ['9007199254740993', '-1', '1'.repeat(400)],
  });

  describeType('port', port(), {
    reads: [
      ['1', 1],
      ['65535', 65535],
    ],
    refuses: ['0', '65536', '-1', ''],
  });

  describeType('port that may be any', port(0), {
    reads: [['0', 0]],
    refuses: ['-1', '65536'],
  });

  describeType('seconds', seconds(60), {
    reads: [
      ['5', 5],
      ['0.25', 0.25],
      ['.5', 0.5],
      ['5.', 5],
      ['+1.5', 1.5],
      [60, 60],
      [0.001, 0.001],
    ],
    refuses: [
      '0',
      0,
      '0.0',
      '-1',
      '60.001',
      '5s',
      '1e1',
      '1,5',
      '.',
      '',
      NaN,
      Infinity,
      'inf',
    ],
  });

  describeType('rate', positive('requests'), {
    reads: [
      ['0.5', 0.5],
      ['1000000', 1000000],
      [3, 3],
    ],
    refuses: ['0', 0, '-1', -1, '1/s', '', NaN, 'inf'],
  });

  describeType('network', network(), {
    reads: [
      ['192.0.2.0/24', '192.0.2.0/24'],
      [' 2001:db8::/32 ', '2001:db8::/32'],
      ['192.0.2.7', '192.0.2.7'],
    ],
    refuses: ['', 'example.org', '192.0.2.0/33', '192.0.2', 24],
  });

  describeType('file mode', fileMode(), {
    reads: [
      ['0o644', 0o644],
      ['0644', 0o644],
      ['644', 0o644],
      [' 0o600 ', 0o600],
      ['7777', 0o7777],
      [0o640, 0o640],
    ],
    refuses: ['0x644', '648', '77777', 'rw-r--r--', '', -1, 0o10000, 6.5],
  });

  describeType('list', list(integer(0, 9)), {
    reads: [
      ['1', [1]],
      ['1,2, 3', [1, 2, 3]],
      ['1,,2,', [1, 2]],
      [' , ', []],
      [
        ['1', 2],
        [1, 2],
      ],
      [[], []],
    ],
    refuses: ['1,10', '1;2', ['a'], [1, null]],
  });

  describeType('HTTP URL', httpUrl(), {
    reads: [
      'http://192.0.2.1:6385',
      'https://ironic.example.org/baremetal/',
      'http://[2001:db8::1]:6385',
      'HTTP://192.0.2.1',
    ].map(url => [url, url]),
    refuses: [
      '',
      'ironic.example.org',
      'tftp://192.0.2.1/',
      'http://',
      'http://192.0.2.1/?a=b',
      'http://192.0.2.1/#a',
      'http://192.0.2.1/a b',
      'http://192.0.2.1/\nreboot',
      'http://192.0.2.1/"',
      "http://192.0.2.1/'",
      'http://192.0.2.1:99999/',
      'http://[::1',
      5,
    ],
  });

  describeType('database URL', databaseUrl(), {
    reads: ['mysql+pymysql://u:p@db/ironic', 'memory:nodes.json'].map(url => [
      url,
      url,
    ]),
    refuses: ['', 'memory:', 'sqlite:///ironic.db', 'postgresql://db/ironic'],
  });

  describeType('IP address', ipAddress(), {
    reads: [
      ['192.0.2.1', '192.0.2.1'],
      ['2001:db8::1', '2001:db8::1'],
      ['[2001:db8::1]', '2001:db8::1'],
    ],
    refuses: ['', 'localhost', '192.0.2', '192.0.2.256', '192.0.2.1:80'],
  });

  describeType('host address', hostAddress(), {
    reads: [
      ['0.0.0.0', '0.0.0.0'],
      ['::', '::'],
      ['[::1]', '::1'],
      ['localhost', 'localhost'],
      ['ironic_api-1.example.org.', 'ironic_api-1.example.org.'],
    ],
    refuses: ['', 'a b', 'host:80', '-a', 'a..b', 'http://a', 'x'.repeat(254)],
  });

  it('say what they expect', () => {
    const expected = [
      text('a directory'),
      choice('a', 'b'),
      integer(1, 5),
      integer(1),
      port(),
      list(ipAddress()),
    ].map(type => type.expected);
    expect(expected).to.eql([
      'a directory',
      'one of a, b',
      'an integer from 1 to 5',
      'an integer of at least 1',
      'an integer from 1 to 65535',
      'a comma separated list, each an IP address',
    ]);
  });
});
