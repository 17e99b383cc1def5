import {expect} from '@loopback/testlab';
import {ExpiringCache} from '../../../../src/conductor/authentication/expiring-cache';
import {
  TokenCheck,
  TooManyTokens,
} from '../../../../src/conductor/authentication/token-check';
import {ValidToken} from '../../../../src/keystone';

const CACHE_TIME = 300_000;

describe('TokenCheck', () => {
  let asked: string[];
  let answer: (token: string) => Promise<ValidToken | undefined>;

  beforeEach(() => {
    asked = [];
    answer = async () => valid();
  });

  it('asks once for a token, and once for all who wait', async () => {
    const check = given();
    await Promise.all([check.check('a'), check.check('a')]);
    expect(await check.check('a')).to.have.property('user', 'ironic');
    expect(asked).to.eql(['a']);
  });

  it('asks once for a token that is not valid', async () => {
    answer = async () => undefined;
    const check = given();
    for (let i = 0; i < 3; i++) {
      expect(await check.check('a')).to.be.undefined();
    }
    expect(asked).to.eql(['a']);
  });

  for (const time of [0, -1]) {
    it(`asks each time when the cache time is ${time}`, async () => {
      const check = given(time);
      await check.check('a');
      await check.check('a');
      answer = async () => undefined;
      await check.check('a');
      await check.check('a');
      expect(asked).to.have.length(4);
    });
  }

  it('takes no token past its end', async () => {
    answer = async () => valid(-1);
    expect(await given().check('a')).to.be.undefined();
  });

  it('remembers no failure', async () => {
    const check = given();
    answer = async () => {
      throw new Error('away');
    };
    await expect(check.check('a')).to.be.rejectedWith('away');
    answer = async () => valid();
    expect(await check.check('a')).to.be.ok();
  });

  it('lets no more than 64 wait, and those who are known pass', async () => {
    const check = given();
    await check.check('known');
    let release = () => {};
    const held = new Promise<void>(resolve => {
      release = resolve;
    });
    answer = async () => {
      await held;
      return undefined;
    };
    const flood = Array.from({length: 64}, (_, i) => check.check(`${i}`));
    await expect(check.check('one more')).to.be.rejectedWith(TooManyTokens);
    expect(await check.check('known')).to.be.ok();
    release();
    await Promise.all(flood);
    expect(await check.check('one more')).to.be.undefined();
  });

  it('keeps what is valid in a flood of what is not', async () => {
    const check = given();
    await check.check('known');
    answer = async () => undefined;
    for (let i = 0; i < 2000; i++) await check.check(`${i}`);
    asked = [];
    await check.check('known');
    expect(asked).to.be.empty();
  });

  function given(cacheTime = CACHE_TIME): TokenCheck {
    return new TokenCheck(async token => {
      asked.push(token);
      return answer(token);
    }, cacheTime);
  }
});

describe('ExpiringCache', () => {
  let now: number;
  let cache: ExpiringCache<string>;

  beforeEach(() => {
    now = 0;
    cache = new ExpiringCache(2, () => now);
  });

  it('keeps each value for its time', () => {
    cache.set('a', 'A', 10);
    cache.set('b', 'B', 20);
    now = 10;
    expect([cache.get('a'), cache.get('b')]).to.eql([undefined, 'B']);
    now = 20;
    expect(cache.get('b')).to.be.undefined();
  });

  it('drops the oldest when it is full', () => {
    cache.set('a', 'A', 10);
    cache.set('b', 'B', 10);
    cache.set('a', 'again', 10);
    cache.set('c', 'C', 10);
    expect(['a', 'b', 'c'].map(key => cache.get(key))).to.eql([
      'again',
      undefined,
      'C',
    ]);
  });

  it('does not keep what has no time left', () => {
    cache.set('a', 'A', 10);
    cache.set('a', 'A', 0);
    expect(cache.get('a')).to.be.undefined();
  });
});

function valid(left = 1000): ValidToken {
  return {user: 'ironic', roles: ['admin'], expiresAt: Date.now() + left};
}
