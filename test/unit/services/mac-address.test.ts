import {expect} from '@loopback/testlab';
import {BootConfigError} from '../../../src';
import {normalizeMac} from '../../../src/services/mac-address';

describe('normalizeMac', () => {
  for (const spelling of [
    '52:54:00:ab:cd:ef',
    '52:54:00:AB:CD:EF',
    '52-54-00-ab-cd-ef',
    '52-54-00-Ab-cD-eF',
    '5254.00ab.cdef',
    '5254.00AB.CDEF',
    '525400abcdef',
    '525400ABCDEF',
  ]) {
    it(`reads ${spelling}`, () => {
      expect(normalizeMac(spelling)).to.equal('52:54:00:ab:cd:ef');
    });
  }

  it('takes any address, be it all zeros, all ones or a group address', () => {
    expect(normalizeMac('000000000000')).to.equal('00:00:00:00:00:00');
    expect(normalizeMac('ff-ff-ff-ff-ff-ff')).to.equal('ff:ff:ff:ff:ff:ff');
    expect(normalizeMac('0100.5e00.0001')).to.equal('01:00:5e:00:00:01');
  });

  for (const [what, spelling] of Object.entries({
    'an empty text': '',
    'colons mixed with hyphens': '52:54-00:ab-cd:ef',
    'one hyphen among colons': '52:54:00:ab:cd-ef',
    'dots between pairs': '52.54.00.ab.cd.ef',
    'colons between quadruples': '5254:00ab:cdef',
    'a hyphen between halves': '525400-abcdef',
    'separators that leave gaps': '52:54::00:ab:cd:ef',
    'single digits': '5:54:00:ab:cd:ef',
    'eleven digits': '525400abcde',
    'thirteen digits': '525400abcdef0',
    'five pairs': '52:54:00:ab:cd',
    'seven pairs': '52:54:00:ab:cd:ef:01',
    'the 20 bytes of InfiniBand': 'a0:00:02:20:fe:80:00:00:00:00:00:00'.concat(
      ':00:02:c9:03:00:1d:ab:cd',
    ),
    'letters beyond f': '52:54:00:ab:cd:eg',
    'a line feed behind it': '52:54:00:ab:cd:ef\n',
    'a carriage return behind it': '525400abcdef\r',
    'a line feed before it': '\n525400abcdef',
    'a second line': '52:54:00:ab:cd:ef\n52:54:00:ab:cd:ef',
    'a blank before it': ' 52:54:00:ab:cd:ef',
    'a blank behind it': '52:54:00:ab:cd:ef ',
    'a NUL behind it': '525400abcdef\0',
    'a separator behind it': '52:54:00:ab:cd:ef:',
    'a prefix': '0x525400abcdef',
    'full-width digits': '５２:54:00:ab:cd:ef',
    'Arabic digits': '٥٢:54:00:ab:cd:ef',
    'a Cyrillic letter that looks like a': '52:54:00:аb:cd:ef',
    'percent escapes that are still there': '52%3A54%3A00%3Aab%3Acd%3Aef',
    'a wildcard of SQL': '52:54:00:ab:cd:e%',
  })) {
    it(`refuses ${what}`, () => {
      expect(() => normalizeMac(spelling)).to.throw(BootConfigError, {
        reason: 'mac_malformed',
      });
    });
  }

  it('tells no more than a line of what it was given', () => {
    expect(() => normalizeMac('\n'.repeat(100000))).to.throw(
      /^"(\\n){64}" is not a MAC address$/,
    );
  });
});
