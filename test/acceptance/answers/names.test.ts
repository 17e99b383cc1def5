import {expect} from '@loopback/testlab';
import {askFor, expectNotFound, expectServed, useHost} from '../support';

describe('The name in a request', () => {
  const host = useHost();
  beforeEach(() => {
    host().conductor.reset();
    host().logger.clear();
  });

  it('is passed to the conductor, which knows what there is', async () => {
    host().conductor.behave(async ({name}) => `#!ipxe\necho ${name}\n`);
    for (const name of ['boot.ipxe', 'grub.cfg', 'a', '.hidden', 'x+y~1']) {
      const answer = await askFor(host(), {name});
      expect(answer.body.toString()).to.equal(`#!ipxe\necho ${name}\n`);
    }
  });

  it('may be percent-encoded', async () => {
    expectServed(await askFor(host(), {name: 'boot%2Eipxe'}));
    expectServed(await askFor(host(), {name: '%62oot.ipxe'}));
  });

  for (const name of ['Boot.ipxe', 'BOOT.IPXE', 'boot.IPXE', 'boot.ipx']) {
    it(`is case-sensitive: ${name}`, async () => {
      expectNotFound(await askFor(host(), {name}));
      expect(host().logger.only.details.reason).to.equal('config_not_found');
      expect(host().conductor.calls[0].name).to.equal(name);
    });
  }

  for (const name of [
    '.',
    '..',
    '%2e%2e',
    '..%2f..%2fetc%2fpasswd',
    'a%5Cb',
    'boot.ipxe%00',
    'boot.ipxe%0a',
    'boot.ipxe%20',
    '%20',
    '%E2%80%AE',
    'b'.repeat(256),
  ]) {
    it(`may not be ${name.slice(0, 30)}; no conductor hears of it`, async () => {
      expectNotFound(await askFor(host(), {name}));
      expect(host().logger.only.details.reason).to.equal('name_malformed');
      expect(host().conductor.calls).to.be.empty();
    });
  }
});
