import {expect} from '@loopback/testlab';
import {Attempt, BootConfigError, CircuitBreaker} from '../../../src';

const FAILURE = new BootConfigError('conductor_timeout', 'too late');

// Longest pause; the first one is an eighth of it.
const LONGEST = 8000;
const FIRST = 1000;

describe('CircuitBreaker', () => {
  let now: number;
  let random: number;
  let breaker: CircuitBreaker;

  beforeEach(() => {
    now = 5000;
    random = 1;
    breaker = new CircuitBreaker({
      longestPause: LONGEST,
      now: () => now,
      random: () => random,
    });
  });

  function begin(): Attempt {
    const attempt = breaker.begin();
    if (!attempt) throw new Error('the call does not pass');
    return attempt;
  }

  function fail(attempt = begin()): boolean {
    return breaker.failed(attempt, FAILURE);
  }

  it('is closed at first and lets all calls pass', () => {
    expect(breaker.state).to.equal('closed');
    expect(breaker.lets).to.be.true();
    begin();
    begin();
    expect(breaker.lastFailure).to.be.undefined();
    expect(breaker.sinceAnswer).to.equal(Infinity);
  });

  it('stays closed with answers, and knows when the last one was', () => {
    begin();
    expect(breaker.answered()).to.be.false();
    now += 7;
    expect(breaker.sinceAnswer).to.equal(7);
    expect(breaker.state).to.equal('closed');
  });

  it('stays closed with a failure at once, and knows of it', () => {
    const attempt = begin();
    now += 3;
    expect(breaker.age(attempt)).to.equal(3);
    expect(breaker.failedAtOnce(attempt, FAILURE)).to.be.false();
    now += 4;
    expect(breaker.state).to.equal('closed');
    expect(breaker.lastFailure).to.equal(FAILURE);
    expect(breaker.sinceFailure).to.equal(4);
  });

  it('closes when the call that it lets pass fails at once', () => {
    fail();
    now += FIRST;
    expect(breaker.failedAtOnce(begin(), FAILURE)).to.be.true();
    expect(breaker.state).to.equal('closed');
  });

  it('stays open when a call from before fails at once', () => {
    const other = begin();
    fail();
    expect(breaker.failedAtOnce(other, FAILURE)).to.be.false();
    expect(breaker.state).to.equal('open');
  });

  it('opens with the first failure', () => {
    expect(fail()).to.be.true();
    expect(breaker.state).to.equal('open');
    expect(breaker.lets).to.be.false();
    expect(breaker.begin()).to.be.undefined();
    expect(breaker.lastFailure).to.equal(FAILURE);
    expect(breaker.pause).to.equal(FIRST);
  });

  it('lets one call pass after the pause, and no other meanwhile', () => {
    fail();
    now += FIRST - 1;
    expect(breaker.begin()).to.be.undefined();
    now += 1;
    expect(breaker.state).to.equal('open');
    expect(breaker.lets).to.be.true();
    begin();
    expect(breaker.state).to.equal('half-open');
    expect(breaker.lets).to.be.false();
    now += 10 * LONGEST;
    expect(breaker.begin()).to.be.undefined();
  });

  it('closes with an answer to that call', () => {
    fail();
    now += FIRST;
    begin();
    expect(breaker.answered()).to.be.true();
    expect(breaker.state).to.equal('closed');
    begin();
    begin();
  });

  it('opens anew when that call fails, for twice as long up to a bound', () => {
    fail();
    for (const pause of [2000, 4000, 8000, 8000, 8000]) {
      now += breaker.pause;
      expect(fail()).to.be.true();
      expect(breaker.state).to.equal('open');
      expect(breaker.pause).to.equal(pause);
    }
  });

  it('has the longest pause after any number of failures', () => {
    for (let failures = 0; failures < 5000; failures++) {
      fail();
      now += breaker.pause;
    }
    fail();
    expect(breaker.pause).to.equal(LONGEST);
  });

  it('begins with the shortest pause again after an answer', () => {
    fail();
    now += FIRST;
    fail();
    now += 2 * FIRST;
    begin();
    breaker.answered();
    fail();
    expect(breaker.pause).to.equal(FIRST);
  });

  it('shortens each pause by a random part, to half of it at least', () => {
    random = 0;
    fail();
    expect(breaker.pause).to.equal(FIRST / 2);
    now += FIRST / 2;
    random = 0.5;
    fail();
    expect(breaker.pause).to.equal(2 * FIRST * 0.75);
  });

  describe('with calls that began before it opened', () => {
    let crowd: Attempt[];

    beforeEach(() => {
      crowd = Array.from({length: 200}, begin);
      now += 100;
      fail(crowd.pop());
    });

    it('takes no notice of their failures', () => {
      now += FIRST - 1;
      for (const attempt of crowd) expect(fail(attempt)).to.be.false();
      expect(breaker.pause).to.equal(1);
      now += 1;
      fail();
      expect(breaker.pause).to.equal(2 * FIRST);
    });

    it('does not take their failures for that of the one call', () => {
      now += FIRST;
      const probe = begin();
      for (const attempt of crowd) expect(fail(attempt)).to.be.false();
      expect(breaker.state).to.equal('half-open');
      expect(fail(probe)).to.be.true();
      expect(breaker.pause).to.equal(2 * FIRST);
    });

    it('stays closed with their failures once one was answered', () => {
      now += FIRST;
      begin();
      breaker.answered();
      for (const attempt of crowd) expect(fail(attempt)).to.be.false();
      expect(breaker.state).to.equal('closed');
    });

    it('closes with a late answer to one of them', () => {
      now += 10;
      expect(breaker.answered()).to.be.true();
      expect(breaker.state).to.equal('closed');
    });

    it('stays closed when the one call then fails', () => {
      now += FIRST;
      const probe = begin();
      now += 1;
      breaker.answered();
      expect(fail(probe)).to.be.false();
      expect(breaker.state).to.equal('closed');
    });
  });

  it('lets the next call pass when the one call came to nothing', () => {
    fail();
    now += FIRST;
    const probe = begin();
    breaker.abandoned(probe);
    expect(breaker.state).to.equal('open');
    fail();
    expect(breaker.pause).to.equal(2 * FIRST);
  });

  it('stays as it is when another call came to nothing', () => {
    const early = begin();
    breaker.abandoned(begin());
    expect(breaker.state).to.equal('closed');
    fail();
    now += FIRST;
    begin();
    breaker.abandoned(early);
    expect(breaker.state).to.equal('half-open');
  });

  it('remembers the last failure after an answer', () => {
    fail();
    breaker.answered();
    expect(breaker.lastFailure).to.equal(FAILURE);
  });
});
