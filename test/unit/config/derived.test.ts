import {expect} from '@loopback/testlab';
import {derived} from '../../../src/config/derived';

describe('derived', () => {
  it('makes a thing when it is asked for, and again after a change', () => {
    let given = [1, 'a'] as readonly [number, string];
    let made = 0;
    const get = derived(
      () => given,
      (number, text) => ({number, text, made: ++made}),
    );
    expect(made).to.equal(0);
    const first = get();
    expect(first).to.eql({number: 1, text: 'a', made: 1});
    given = [1, 'a'];
    expect(get()).to.be.exactly(first);
    given = [1, 'b'];
    expect(get()).to.eql({number: 1, text: 'b', made: 2});
  });

  it('makes nothing of nothing once', () => {
    let made = 0;
    const get = derived(
      () => [undefined] as [string | undefined],
      text => {
        made += 1;
        return text;
      },
    );
    get();
    get();
    expect(made).to.equal(1);
  });
});
