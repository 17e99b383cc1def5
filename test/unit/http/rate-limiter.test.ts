import {expect} from '@loopback/testlab';
import {RateLimiter} from '../../../src/http/rate-limiter';

describe('RateLimiter', () => {
  let now: number;
  const clock = () => now;

  beforeEach(() => {
    now = 1000;
  });

  function drain(limiter: RateLimiter, source: string): number {
    let taken = 0;
    while (taken < 1000 && limiter.take(source)) taken++;
    return taken;
  }

  it('lets everything pass without limits', () => {
    expect(drain(new RateLimiter(undefined, undefined, clock), 'a')).to.equal(
      1000,
    );
  });

  it('limits each source by itself', () => {
    const limiter = new RateLimiter({rate: 1, burst: 3}, undefined, clock);
    expect(drain(limiter, 'a')).to.equal(3);
    expect(drain(limiter, 'b')).to.equal(3);
    now += 2000;
    expect(drain(limiter, 'a')).to.equal(2);
  });

  it('limits all together', () => {
    const limiter = new RateLimiter(undefined, {rate: 1, burst: 3}, clock);
    expect(drain(limiter, 'a')).to.equal(3);
    expect(drain(limiter, 'b')).to.equal(0);
  });

  it('lets nobody take from the total what is not granted to it', () => {
    const limiter = new RateLimiter(
      {rate: 1, burst: 2},
      {rate: 1, burst: 5},
      clock,
    );
    for (let i = 0; i < 100; i++) limiter.take('a');
    expect(drain(limiter, 'b')).to.equal(2);
    expect(drain(limiter, 'c')).to.equal(1);
  });

  it('keeps its limits among more sources than it can remember', () => {
    const limiter = new RateLimiter({rate: 1, burst: 2}, undefined, clock);
    expect(drain(limiter, 'a')).to.equal(2);
    for (let i = 0; i < 60_000; i++) limiter.take(`source-${i}`);
    expect(drain(limiter, 'new')).to.equal(2);
    expect(drain(limiter, 'new')).to.equal(0);
  });
});
