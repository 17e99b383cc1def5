import {expect} from '@loopback/testlab';
import {
  askFor,
  expectNotFound,
  expectServed,
  headerOf,
  MAC,
  useHost,
} from '../support';

describe('Where clients have to be in a network', () => {
  const host = useHost({
    config: {
      boot_config: {
        allowed_networks: '192.0.2.0/24, 2001:db8::/32',
        trusted_proxies: '127.0.0.1',
        retry_after: 7,
      },
    },
  });
  beforeEach(() => {
    host().conductor.reset();
    host().logger.clear();
  });

  const ALLOWED = ['192.0.2.1', '2001:db8::1', '198.51.100.1, 192.0.2.9'];
  const DENIED = [
    '198.51.100.1',
    '2001:db9::1',
    '192.0.2.9, 198.51.100.1',
    'unknown',
  ];

  for (const address of ALLOWED) {
    it(`serves a proxy's client at ${address}`, async () => {
      const headers = {'X-Forwarded-For': address};
      expectServed(await askFor(host(), {headers}));
      expect(host().logger.only.details.source).to.equal(
        address.split(', ').pop(),
      );
    });
  }

  for (const address of [undefined, ...DENIED]) {
    it(`denies a client at ${address ?? 'the address of the proxy'}`, async () => {
      const headers: Record<string, string> = address
        ? {'X-Forwarded-For': address}
        : {};
      expectNotFound(await askFor(host(), {headers}));
      expectNotFound(await askFor(host(), {headers, mac: MAC.deadConductor}));
      expect(host().logger.requests.map(r => r.details.reason)).to.eql([
        'source_denied',
        'source_denied',
      ]);
      expect(host().conductor.calls).to.be.empty();
    });
  }
});

describe('Where no proxy is trusted', () => {
  const host = useHost({
    config: {boot_config: {allowed_networks: '192.0.2.0/24'}},
  });

  it('X-Forwarded-For lets nobody in', async () => {
    const headers = {'X-Forwarded-For': '192.0.2.1'};
    expectNotFound(await askFor(host(), {headers}));
    expect(host().logger.only.details.source).to.equal('127.0.0.1');
  });
});

describe('Where the rate of a client is limited', () => {
  const host = useHost({
    config: {boot_config: {source_rate: 0.001, source_burst: 2}},
  });

  it('what is too much gets the constant 404', async () => {
    expectServed(await askFor(host()));
    expectServed(await askFor(host()));
    expectNotFound(await askFor(host()));
    const reasons = host().logger.requests.map(r => r.details.reason);
    expect(reasons).to.eql([undefined, undefined, 'rate_limited']);
  });
});

describe('Where the requests that are worked on are limited', () => {
  const host = useHost({config: {boot_config: {max_requests_in_flight: 1}}});

  it('what is too much gets the constant 404, at once', async () => {
    let finish: () => void;
    const working = new Promise<void>(resolve => {
      host().conductor.behave(
        () =>
          new Promise(done => {
            finish = () => done('#!ipxe\nboot\n');
            resolve();
          }),
      );
    });
    const first = askFor(host());
    await working;
    expectNotFound(await askFor(host()));
    expect(host().logger.only).to.containDeep({
      level: 'warn',
      details: {reason: 'overloaded'},
    });
    finish!();
    expect((await first).status).to.equal(200);
    host().conductor.reset();
    expectServed(await askFor(host()));
  });
});

describe('Where firmware is to try again', () => {
  const host = useHost({config: {boot_config: {retry_after: 7}}});

  it('passing failures say after how many seconds', async () => {
    for (const mac of [MAC.deadConductor, MAC.noConductor]) {
      const answer = await askFor(host(), {mac});
      expect(answer.status).to.equal(404);
      const seconds = Number(headerOf(answer, 'Retry-After'));
      expect(seconds).to.be.within(7, 14);
    }
  });

  it('others do not', async () => {
    for (const mac of [MAC.unknown, MAC.active, 'x']) {
      expectNotFound(await askFor(host(), {mac}));
    }
    expectNotFound(await askFor(host(), {name: 'grub.cfg'}));
    expectServed(await askFor(host()));
  });
});
