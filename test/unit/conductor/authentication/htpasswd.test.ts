import {compareSync} from 'bcryptjs';
import {expect} from '@loopback/testlab';
import {
  decoyOf,
  HtpasswdError,
  parseHtpasswd,
} from '../../../../src/conductor/authentication/htpasswd';

const TAIL = 'abcdefghijklmnopqrstuv0123456789ABCDEFGHIJKLMNOPQRSTU';
const HASH = `$2y$05$${TAIL}`;

describe('A user file', () => {
  for (const variant of ['2y', '2a', '2b']) {
    it(`holds users with hashes of the kind $${variant}$`, () => {
      const hash = `$${variant}$10$${TAIL}`;
      expect([...parseHtpasswd(`ironic:${hash}\n`)]).to.eql([['ironic', hash]]);
    });
  }

  it('holds several users, among comments and empty lines', () => {
    const users = parseHtpasswd(
      `# The API\r\nironic:${HASH}\r\n\r\n  agent:${HASH}  `,
    );
    expect([...users.keys()]).to.eql(['ironic', 'agent']);
  });

  it('counts the first line of a user', () => {
    const users = parseHtpasswd(`a:${HASH}\na:$2b$10$${TAIL}`);
    expect(users.get('a')).to.eql(HASH);
  });

  for (const [what, line] of Object.entries({
    'MD5 of Apache': 'ironic:$apr1$abcdefgh$0123456789abcdefABCDE/',
    SHA1: 'ironic:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=',
    'a password as it is': 'ironic:secret',
    'bcrypt of a kind that is flawed': `ironic:$2x$05$${TAIL}`,
    'a hash that is cut': `ironic:${HASH.slice(0, -1)}`,
    'a cost out of range': `ironic:$2y$03$${TAIL}`,
    'no user': `:${HASH}`,
    'no hash': 'ironic',
  })) {
    it(`must not hold ${what}`, () => {
      const error = errorOf(`agent:${HASH}\n\n${line}\n`);
      expect(error.message).to.match(/^line 3 is no user name with a bcrypt/);
      expect(error.message).to.not.containEql(line);
    });
  }

  for (const text of ['', '\n# nobody\n']) {
    it(`must not be without users, as ${JSON.stringify(text)}`, () => {
      expect(errorOf(text).message).to.match(/no user/);
    });
  }

  it('gives a decoy as slow as its slowest hash, without a password', () => {
    const users = parseHtpasswd(
      `a:$2y$04$${TAIL}\nb:$2y$06$${TAIL}\nc:$2y$05$${TAIL}`,
    );
    const decoy = decoyOf(users);
    expect(decoy).to.match(/^\$2b\$06\$.{53}$/);
    expect(compareSync('', decoy)).to.be.false();
  });
});

function errorOf(text: string): HtpasswdError {
  try {
    parseHtpasswd(text);
  } catch (error) {
    expect(error).to.be.instanceOf(HtpasswdError);
    return error as HtpasswdError;
  }
  throw new Error('was taken');
}
