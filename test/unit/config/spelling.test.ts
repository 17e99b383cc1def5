import {expect} from '@loopback/testlab';
import {meant} from '../../../src/config/spelling';

describe('meant', () => {
  const candidates = ['restrict_boot_config', 'http_root', 'port', 'my_ip'];

  for (const [what, word, expected] of [
    ['a letter left out', 'restrict_boot_confg', 'restrict_boot_config'],
    ['a letter too many', 'porrt', 'port'],
    ['another letter', 'http-root', 'http_root'],
    ['letters swapped', 'restrcit_boot_config', 'restrict_boot_config'],
    ['two slips', 'restrict_bot_confg', 'restrict_boot_config'],
  ]) {
    it(`sees ${what}`, () => {
      expect(meant(word, candidates)).to.equal(expected);
    });
  }

  for (const [what, word] of [
    ['two slips in a short word', 'my_ipv6'],
    ['three slips', 'rstrict_bot_confg'],
    ['another word', 'restrict_lookup'],
    ['nothing', ''],
  ]) {
    it(`sees none in ${what}`, () => {
      expect(meant(word, candidates)).to.be.undefined();
    });
  }

  it('takes the nearest', () => {
    expect(meant('keyfil', ['key_file', 'keyfile'])).to.equal('keyfile');
  });
});
