import {expect} from '@loopback/testlab';
import {globalRequestIdOf, newRequestId} from '../../../src';

describe('The id that a client gives its request', () => {
  it('is taken in the form that OpenStack writes', () => {
    const id = newRequestId();
    expect(globalRequestIdOf(id)).to.equal(id);
  });

  for (const id of [
    undefined,
    '',
    '8f81b043-9861-49e8-a1e2-c8f931dc1b04',
    'req-8f81b043',
    'req-8F81B043-9861-49E8-A1E2-C8F931DC1B04',
    'req-8f81b043-9861-49e8-a1e2-c8f931dc1b04\n',
    'req-8f81b043-9861-49e8-a1e2-c8f931dc1b04, req-8f81b043-9861-49e8-a1e2-c8f931dc1b04',
    ['req-8f81b043-9861-49e8-a1e2-c8f931dc1b04'],
  ]) {
    it(`is not taken as ${JSON.stringify(id)}`, () => {
      expect(globalRequestIdOf(id)).to.be.undefined();
    });
  }
});
