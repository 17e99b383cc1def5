import {expect} from '@loopback/testlab';
import {TokenBucket} from '../../../src/http/token-bucket';

describe('TokenBucket', () => {
  /** How many may pass at a moment. */
  function drain(bucket: TokenBucket, now: number): number {
    let taken = 0;
    while (bucket.take(now)) taken++;
    return taken;
  }

  it('lets a burst pass at once', () => {
    expect(drain(new TokenBucket({rate: 2, burst: 5}, 1000), 1000)).to.equal(5);
  });

  it('lets as many pass after that as its rate gives', () => {
    const bucket = new TokenBucket({rate: 2, burst: 5}, 0);
    drain(bucket, 0);
    expect(bucket.take(499)).to.be.false();
    expect(bucket.take(500)).to.be.true();
    expect(bucket.take(500)).to.be.false();
    expect(drain(bucket, 2000)).to.equal(3);
  });

  it('never holds more than a burst', () => {
    const bucket = new TokenBucket({rate: 2, burst: 5}, 0);
    expect(drain(bucket, 3600_000)).to.equal(5);
  });

  it('adds up fractions, however often it is asked', () => {
    const bucket = new TokenBucket({rate: 1, burst: 1}, 0);
    bucket.take(0);
    for (let now = 125; now < 1000; now += 125) {
      expect(bucket.take(now)).to.be.false();
    }
    expect(bucket.take(1000)).to.be.true();
  });

  it('is full again when all tokens are back', () => {
    const bucket = new TokenBucket({rate: 2, burst: 5}, 0);
    expect(bucket.isFull(0)).to.be.true();
    drain(bucket, 0);
    expect(bucket.isFull(2499)).to.be.false();
    expect(bucket.isFull(2500)).to.be.true();
  });
});
