import {expect} from '@loopback/testlab';
import {
  embeddedFile,
  MysqlAddress,
  parseMysqlUrl,
} from '../../../src/config/database-url';

const NOTHING_ELSE = {
  user: undefined,
  password: undefined,
  socketPath: undefined,
  tls: undefined,
};

function expectAddress(url: string, expected: Partial<MysqlAddress>) {
  expect(parseMysqlUrl(url)).to.eql({
    ...NOTHING_ELSE,
    host: '127.0.0.1',
    port: 3306,
    database: 'ironic',
    ...expected,
  });
}

describe('parseMysqlUrl', () => {
  it('reads the URL of a common installation', () => {
    expectAddress(
      'mysql+pymysql://ironic:s3cret@127.0.0.1:3307/ironic?charset=utf8',
      {user: 'ironic', password: 's3cret', port: 3307},
    );
  });

  for (const scheme of [
    'mysql',
    'mysql+pymysql',
    'mysql+mysqldb',
    'mysql+mysqlconnector',
    'mariadb',
    'mariadb+pymysql',
  ]) {
    it(`takes ${scheme}://`, () => {
      expectAddress(`${scheme}://127.0.0.1/ironic`, {});
    });
  }

  it('takes host names, with the underscore of a container too', () => {
    expectAddress('mysql://db.example.org/ironic', {host: 'db.example.org'});
    expectAddress('mysql://ironic_db:3306/ironic', {host: 'ironic_db'});
  });

  it('takes the brackets off an IPv6 address', () => {
    expectAddress('mysql+pymysql://u:p@[fd00::1]:3307/ironic', {
      host: 'fd00::1',
      port: 3307,
      user: 'u',
      password: 'p',
    });
    expectAddress('mysql://[::1]/ironic', {host: '::1'});
  });

  it('reads a user without password', () => {
    expectAddress('mysql://ironic@127.0.0.1/ironic', {user: 'ironic'});
    expectAddress('mysql://ironic:@127.0.0.1/ironic', {user: 'ironic'});
  });

  it('reads percent escapes in user and password as UTF-8', () => {
    expectAddress('mysql://a%40b:p%40ss%2F%3A%20%C3%B6@127.0.0.1/ironic', {
      user: 'a@b',
      password: 'p@ss/: ö',
    });
  });

  // What SQLAlchemy takes without escapes, and a generic URL parser does not.
  for (const password of [
    'p/w',
    'p?w',
    'p#w',
    'p:w',
    'p%w',
    'p%zz^w',
    '100%',
    'p+w',
    'p w',
    'p[w]',
    'p\\w',
    'größe',
    '"\'`$()&;|<>',
  ]) {
    it(`reads the password ${password} as it stands`, () => {
      expectAddress(`mysql+pymysql://ironic:${password}@127.0.0.1/ironic`, {
        user: 'ironic',
        password,
      });
    });
  }

  it('reads a socket, with and without a host or a user', () => {
    const socketPath = '/run/mysqld/mysqld.sock';
    const query = `?unix_socket=${socketPath}&charset=utf8`;
    const user = {user: 'u', password: 'p'};
    const host = 'localhost';
    expectAddress(`mysql://u:p@localhost/ironic${query}`, {
      ...user,
      host,
      socketPath,
    });
    expectAddress(`mysql://u:p@/ironic${query}`, {...user, host, socketPath});
    expectAddress(`mysql:///ironic${query}`, {host, socketPath});
  });

  it("reads PyMySQL's TLS files", () => {
    expectAddress(
      'mysql://127.0.0.1/ironic?ssl_ca=/tls/ca.pem&ssl_cert=/tls/a%20b.pem&ssl_key=/k',
      {tls: {caFile: '/tls/ca.pem', certFile: '/tls/a b.pem', keyFile: '/k'}},
    );
    expectAddress('mysql://127.0.0.1/ironic?ssl_ca=/ca.pem', {
      tls: {caFile: '/ca.pem', certFile: undefined, keyFile: undefined},
    });
  });

  for (const [what, url] of Object.entries({
    'an empty text': '',
    'another database': 'postgresql://127.0.0.1/ironic',
    'a file of SQLite': 'sqlite:////var/lib/ironic/ironic.sqlite',
    'a scheme that only begins so': 'mysqlx://127.0.0.1/ironic',
    'no scheme': 'ironic:s3cret@127.0.0.1/ironic',
    'no database': 'mysql://127.0.0.1',
    'an empty database': 'mysql://127.0.0.1/',
    'a query and no database': 'mysql://127.0.0.1/?charset=utf8',
    'a port that is a word': 'mysql://127.0.0.1:port/ironic',
    'an empty port': 'mysql://127.0.0.1:/ironic',
    'a port beyond 65535': 'mysql://127.0.0.1:65536/ironic',
    'an unbracketed IPv6 address': 'mysql://fd00::1/ironic',
    'a password with a bare @ in it': 'mysql://ironic:p@ss@127.0.0.1/ironic',
    'a line feed': 'mysql://127.0.0.1\n/ironic?\n',
    'several hosts': 'mysql://a:3306,b:3306/ironic',
  })) {
    it(`refuses ${what}`, () => {
      expect(parseMysqlUrl(url)).to.be.undefined();
    });
  }
});

describe('embeddedFile', () => {
  it('is what follows memory:', () => {
    expect(embeddedFile('memory:demo/nodes.json')).to.equal('demo/nodes.json');
    expect(embeddedFile('memory:/srv/a:b.json')).to.equal('/srv/a:b.json');
  });

  it('is empty when no file is named', () => {
    expect(embeddedFile('memory:')).to.equal('');
  });

  it('is none for a database', () => {
    expect(embeddedFile('mysql://127.0.0.1/memory:x')).to.be.undefined();
    expect(embeddedFile('')).to.be.undefined();
  });
});
