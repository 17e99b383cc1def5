import {expect} from '@loopback/testlab';
import {
  BadAuthorization,
  parseBasicAuthorization,
} from '../../../../src/conductor/authentication/authorization-header';

describe('The Authorization header', () => {
  for (const [pair, username, password] of [
    ['ironic:secret', 'ironic', 'secret'],
    ['ironic:a:b:', 'ironic', 'a:b:'],
    ['ironic:', 'ironic', ''],
    [':secret', '', 'secret'],
    [
      '\ufeffj\u00f6rg:p\u00e4ss \u{1f511}',
      '\ufeffj\u00f6rg',
      'p\u00e4ss \u{1f511}',
    ],
  ]) {
    it(`tells user name and password of ${JSON.stringify(pair)}`, () => {
      expect(parseBasicAuthorization(`Basic ${base64(pair)}`)).to.eql({
        username,
        password,
      });
    });
  }

  for (const header of ['basic  YTpi', 'BASIC YTpi ', ' Basic\tYTpi']) {
    it(`may be written as ${JSON.stringify(header)}`, () => {
      expect(parseBasicAuthorization(header).password).to.eql('b');
    });
  }

  for (const [header, message] of [
    ['', 'Could not parse Authorization header'],
    ['Basic', 'Could not parse Authorization header'],
    ['Bearer YTpi', 'Unsupported authorization type "Bearer"'],
    ['Basic YTpi=', 'Could not decode authorization token'],
    ['Basic YTp_', 'Could not decode authorization token'],
    ['Basic YT pi', 'Could not decode authorization token'],
    [`Basic ${base64('nocolon')}`, 'Could not decode authorization token'],
    ['Basic Oi//', 'Could not decode authorization token'],
  ]) {
    it(`must not be ${JSON.stringify(header)}`, () => {
      let caught: unknown;
      try {
        parseBasicAuthorization(header);
      } catch (error) {
        caught = error;
      }
      expect(caught).to.be.instanceOf(BadAuthorization);
      expect(caught).to.have.property('message', message);
    });
  }
});

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
