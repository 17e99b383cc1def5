import {expect} from '@loopback/testlab';
import {maskDatabaseUrl} from '../../../src/config/database-url';
import {maskUrlPasswords} from '../../../src/config/mask';
import {maskTransportUrl} from '../../../src/config/transport-url';

function describeMask(
  title: string,
  mask: (text: string) => string,
  cases: [string, string][],
) {
  describe(title, () => {
    for (const [text, masked] of cases) {
      it(`makes ${masked} of ${text}`, () => {
        expect(mask(text)).to.equal(masked);
      });
    }
  });
}

describeMask('maskUrlPasswords', maskUrlPasswords, [
  ['http://192.0.2.1:6385/v1', 'http://192.0.2.1:6385/v1'],
  ['http://u@192.0.2.1:6385/', 'http://u@192.0.2.1:6385/'],
  ['http://u:p@192.0.2.1:6385/', 'http://u:***@192.0.2.1:6385/'],
  ['htp://u:p@s/s w:d@h', 'htp://u:***@h'],
  ['http://a:p@h1, http://b:q@h2', 'http://a:***@h2'],
  ['see http://u:p@h', 'see http://u:***@h'],
  ['["http://u:p@h"]', '["http://u:***@h"]'],
  ['http://:p@h', 'http://:***@h'],
  ['http://u:p@h\nhttp://v:q@h', 'http://u:***@h\nhttp://v:***@h'],
]);

describeMask('maskDatabaseUrl', maskDatabaseUrl, [
  ['memory:/srv/a:b@c.json', 'memory:/srv/a:b@c.json'],
  ['mysql://h:3306/ironic', 'mysql://h:3306/ironic'],
  ['mysql://u@h:3306/ironic', 'mysql://u@h:3306/ironic'],
  ['mysql://u:@h/ironic', 'mysql://u:***@h/ironic'],
  [
    'mysql+pymysql://u:p:/?#w@[::1]:3306/ironic?ssl_ca=/x',
    'mysql+pymysql://u:***@[::1]:3306/ironic?ssl_ca=/x',
  ],
]);

describeMask('maskTransportUrl', maskTransportUrl, [
  ['rabbit://', 'rabbit://'],
  ['rabbit://h:5672/v', 'rabbit://h:5672/v'],
  ['rabbit://u@h/v', 'rabbit://u@h/v'],
  ['rabbit://u:p@h/v', 'rabbit://u:***@h/v'],
  [
    'rabbit://u:p@h1:5672,u2:q:@[::1]:5672//v?x=y',
    'rabbit://u:***@h1:5672,u2:***@[::1]:5672//v?x=y',
  ],
  // A password with a comma in it that nobody encoded.
  ['rabbit://u:12,34@h/v', 'rabbit://u:***@h/v'],
  ['rabbit://u:p,w@h/v', '***'],
  ['amqp://u:p@h/v', '***'],
]);
