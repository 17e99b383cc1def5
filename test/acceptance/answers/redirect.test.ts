import {expect} from '@loopback/testlab';
import {
  askFor,
  BootRequest,
  CONDUCTOR,
  dateless,
  expectNotFound,
  itKeepsTheContract,
  MAC,
  RawResponse,
  REFUSED,
  scriptOf,
  served,
  useHost,
  WAITING_NODE,
} from '../support';

const LOCATION = `http://192.0.2.11:8080/${WAITING_NODE}/config`;

/** The answer that sends firmware to the conductor's HTTP server. */
const REDIRECT: RawResponse = {
  statusLine: 'HTTP/1.1 302 Found',
  status: 302,
  headers: [
    ['Content-Type', 'text/plain; charset=utf-8'],
    ['Content-Length', '0'],
    ['Cache-Control', 'no-store'],
    ['Location', LOCATION],
    ['Connection', 'close'],
  ],
  body: Buffer.alloc(0),
};

describe('With serve_mode = redirect', () => {
  const host = useHost({
    config: {
      boot_config: {
        serve_mode: 'redirect',
        redirect_url: `other=http://192.0.2.12/, ${CONDUCTOR}=http://192.0.2.11:8080`,
      },
    },
  });
  beforeEach(() => {
    host().conductor.reset();
    host().logger.clear();
  });

  for (const method of ['GET', 'HEAD']) {
    it(`${method} of a script leads to its file at the conductor that has it`, async () => {
      expect(dateless(await askFor(host(), {method}))).to.eql(REDIRECT);
      expect(host().conductor.calls).to.have.length(1);
      expect(host().logger.only).to.match({
        level: 'info',
        message: 'redirected',
        details: {
          node: WAITING_NODE,
          conductor: CONDUCTOR,
          location: LOCATION,
          size: Buffer.byteLength(scriptOf(WAITING_NODE)),
        },
      });
    });
  }

  for (const [what, request] of Object.entries(REFUSED)) {
    it(`gives the constant 404 to ${what}`, async () => {
      expectNotFound(await askFor(host(), request));
    });
  }

  for (const [what, script] of Object.entries({
    HTML: '<!DOCTYPE html><title>502</title>',
    nothing: '',
    'no text': null,
  })) {
    it(`does not lead to ${what}`, async () => {
      host().conductor.returns(script);
      expectNotFound(await askFor(host()));
      const head = await askFor(host(), {method: 'HEAD'});
      expect(head.status).to.equal(404);
    });
  }

  it('says nothing of relative links, as they lead to the conductor', async () => {
    host().conductor.returns('#!ipxe\ninitrd ../ipa-cacert-bundle\n');
    expect(dateless(await askFor(host()))).to.eql(REDIRECT);
    expect(host().logger.records).to.have.length(1);
  });

  it('serves what Ironic has no file for', async () => {
    host().conductor.returns('#!ipxe\nkernel a\n');
    const answer = await askFor(host(), {name: 'other.ipxe'});
    expect(dateless(answer)).to.eql(served('#!ipxe\nkernel a\n'));
    expect(host().logger.only).to.match({
      level: 'warn',
      message: /redirect_url has no URL for other\.ipxe of conductor/,
    });
    expect(host().logger.records[1].message).to.match(/relative links/);
  });
});

describe('With serve_mode = redirect and a conductor without URL', () => {
  const host = useHost({
    config: {
      boot_config: {
        serve_mode: 'redirect',
        redirect_url: 'other=http://192.0.2.12/',
      },
    },
  });

  // The node boots all the same, and the operator is told.
  itKeepsTheContract(host);

  it('tells the operator', async () => {
    host().logger.clear();
    await askFor(host());
    expect(host().logger.only).to.match({
      level: 'warn',
      message: new RegExp(`no URL for boot\\.ipxe of conductor ${CONDUCTOR}$`),
    });
  });
});

describe('With serve_mode = redirect and a URL for all conductors', () => {
  const host = useHost({
    config: {
      boot_config: {
        serve_mode: 'redirect',
        redirect_url: 'http://%(conductor)s.example.org/ironic/',
        allowed_networks: '192.0.2.0/24',
        trusted_proxies: '127.0.0.1',
      },
    },
  });

  const from = (address: string): BootRequest => ({
    headers: {'X-Forwarded-For': address},
  });

  it('puts the name of the conductor into it', async () => {
    const answer = await askFor(host(), from('192.0.2.1'));
    expect(answer.headers).to.containDeep([
      [
        'Location',
        `http://${CONDUCTOR}.example.org/ironic/${WAITING_NODE}/config`,
      ],
    ]);
  });

  it('tells nobody of it who is not to be served', async () => {
    expectNotFound(await askFor(host(), from('198.51.100.1')));
    expectNotFound(
      await askFor(host(), {...from('192.0.2.1'), mac: MAC.active}),
    );
  });
});
