import {expect, sinon} from '@loopback/testlab';
import {BootConfigError, Deadline, withDeadline} from '../../../src';

describe('deadlines', () => {
  let clock: sinon.SinonFakeTimers;

  beforeEach(() => {
    clock = sinon.useFakeTimers({
      toFake: ['setTimeout', 'clearTimeout', 'performance'],
    });
  });
  afterEach(() => clock.restore());

  describe('Deadline', () => {
    it('fires when its time is over, and not before', () => {
      const deadline = new Deadline(5000);
      clock.tick(4999);
      expect(deadline.signal.aborted).to.be.false();
      clock.tick(1);
      expect(deadline.signal.aborted).to.be.true();
    });

    it('never fires, and leaves no timer, once it is cleared', () => {
      const deadline = new Deadline(5000);
      deadline.clear();
      expect(clock.countTimers()).to.equal(0);
      clock.tick(5000);
      expect(deadline.signal.aborted).to.be.false();
    });

    it('shares out what is left of its time', () => {
      const deadline = new Deadline(6000);
      clock.tick(1500);
      const share = deadline.share(3);
      clock.tick(1499);
      expect(share.signal.aborted).to.be.false();
      clock.tick(1);
      expect(share.signal.aborted).to.be.true();
      expect(deadline.signal.aborted).to.be.false();
    });

    it('shares out all that is left without another timer', () => {
      const deadline = new Deadline(6000);
      clock.tick(1500);
      const share = deadline.share(1);
      expect(share.left).to.equal(4500);
      expect(share.isShare).to.be.true();
      expect(clock.countTimers()).to.equal(1);
      share.clear();
      expect(clock.countTimers()).to.equal(1);
      clock.tick(4500);
      expect(share.signal.aborted).to.be.true();
    });

    it('fires its shares with it', () => {
      const deadline = new Deadline(1000);
      const whole = deadline.share(1);
      const shareOfShare = whole.share(1);
      clock.tick(1000);
      expect(whole.signal.aborted).to.be.true();
      expect(shareOfShare.signal.aborted).to.be.true();
    });

    it('is half over when more than half of its time is', () => {
      const deadline = new Deadline(6000);
      clock.tick(3000);
      expect(deadline.isHalfOver).to.be.false();
      clock.tick(1);
      expect(deadline.isHalfOver).to.be.true();
    });

    it('shares out nothing when it is over', () => {
      const deadline = new Deadline(1000);
      clock.tick(1000);
      const share = deadline.share(2);
      expect(share.signal.aborted).to.be.true();
      expect(clock.countTimers()).to.equal(0);
    });

    it('forgets a share that is cleared', () => {
      const deadline = new Deadline(1000);
      const remove = sinon.spy(deadline.signal, 'removeEventListener');
      const share = deadline.share(2);
      share.clear();
      sinon.assert.calledOnce(remove);
      clock.tick(1000);
      expect(share.signal.aborted).to.be.false();
    });
  });

  describe('withDeadline', () => {
    it('gives the result of the work and leaves no timer', async () => {
      expect(await withDeadline(5000, async () => 'script')).to.equal('script');
      expect(clock.countTimers()).to.equal(0);
    });

    it('passes the failure of the work on and leaves no timer', async () => {
      const failure = new BootConfigError('node_not_found', 'no such node');
      const work = withDeadline(5000, async () => {
        throw failure;
      });
      await expect(work).to.be.rejectedWith(failure);
      expect(clock.countTimers()).to.equal(0);
    });

    it('passes on what the work throws before its first wait', async () => {
      const work = withDeadline(5000, () => {
        throw new Error('broken');
      });
      await expect(work).to.be.rejectedWith('broken');
      expect(clock.countTimers()).to.equal(0);
    });

    it('ends work that does not listen to the signal', async () => {
      const work = withDeadline(5000, () => new Promise(() => {}));
      clock.tick(5000);
      await expect(work).to.be.rejectedWith(BootConfigError, {
        reason: 'deadline_exceeded',
        message: 'not answered within 5000 ms',
      });
    });

    it('prefers what the work throws because of the signal', async () => {
      const work = withDeadline(
        5000,
        ({signal}) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () =>
              reject(new BootConfigError('conductor_timeout', 'too late')),
            );
          }),
      );
      clock.tick(5000);
      await expect(work).to.be.rejectedWith(BootConfigError, {
        reason: 'conductor_timeout',
      });
    });

    it('ignores a result or a failure that comes too late', async () => {
      let settle: (() => void)[] = [];
      for (const late of ['resolve', 'reject']) {
        const work = withDeadline(
          1000,
          () =>
            new Promise((resolve, reject) => {
              settle.push(() =>
                late === 'resolve' ? resolve(late) : reject(new Error(late)),
              );
            }),
        );
        clock.tick(1000);
        await expect(work).to.be.rejectedWith(BootConfigError, {
          reason: 'deadline_exceeded',
        });
      }
      // An unhandled rejection would fail the test run.
      settle.forEach(one => one());
      settle = [];
      await new Promise(setImmediate);
    });
  });
});
