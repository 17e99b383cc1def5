import {expect, sinon} from '@loopback/testlab';
import {
  BootConfigError,
  ConductorBreakers,
  Reason,
  resolveOptions,
  REASONS,
  RpcUnavailable,
} from '../../../src';
import {RecordingLogger} from '../../acceptance/support/recording-logger';

const NOW = Date.parse('2026-11-22T20:00:00Z');
const HOST = '[::1]:8089';
// Milliseconds after which a call that fails was long in vain.
const COSTLY = 500;
const OUT_OF_REACH: readonly Reason[] = [
  'conductor_unreachable',
  'conductor_timeout',
];

describe('ConductorBreakers', () => {
  let clock: sinon.SinonFakeTimers;
  let logger: RecordingLogger;
  let breakers: ConductorBreakers;

  beforeEach(() => {
    clock = sinon.useFakeTimers({now: NOW, toFake: ['Date', 'performance']});
    logger = new RecordingLogger();
    breakers = new ConductorBreakers(
      resolveOptions({boot_config: {conductor_backoff_max: 8}}),
      logger,
    );
  });
  afterEach(() => clock.restore());

  function call(
    work: () => unknown = () => 'answer',
    {conductor = HOST, isHurried = false} = {},
  ): Promise<unknown> {
    return breakers.call({conductor, isHurried, work: async () => work()});
  }

  /** @param after - milliseconds that the call takes */
  async function fail(
    failure: Error,
    {after = COSTLY, ...options}: {isHurried?: boolean; after?: number} = {},
  ) {
    const work = () => {
      clock.tick(after);
      throw failure;
    };
    await expect(call(work, options)).to.be.rejected();
  }

  function failure(reason: Reason): BootConfigError {
    return new BootConfigError(reason, `told by ${HOST}`);
  }

  it('returns what the conductor answered', async () => {
    expect(await call(() => 'a script')).to.equal('a script');
  });

  it('throws what the conductor failed with', async () => {
    const error = failure('conductor_timeout');
    await expect(
      call(() => {
        throw error;
      }),
    ).to.be.rejectedWith(error);
  });

  for (const reason of REASONS) {
    const isOut = OUT_OF_REACH.includes(reason);
    it(`${isOut ? 'does not call' : 'calls'} it again after ${reason}`, async () => {
      await fail(failure(reason));
      expect(breakers.lets(HOST)).to.equal(!isOut);
    });
  }

  for (const reason of OUT_OF_REACH) {
    it(`calls it again after a ${reason} that cost no time`, async () => {
      await fail(failure(reason), {after: COSTLY - 1});
      expect(breakers.lets(HOST)).to.be.true();
      expect(breakers.states().get(HOST)).to.containEql({
        state: 'closed',
        lastFailure: reason,
        lastFailureAt: new Date(NOW + COSTLY - 1),
      });
      expect(logger.records).to.be.empty();
    });
  }

  it('calls it as ever once it fails at once', async () => {
    await fail(failure('conductor_timeout'));
    clock.tick(1000);
    await fail(failure('conductor_unreachable'), {after: 0});
    expect(breakers.lets(HOST)).to.be.true();
    expect(breakers.states().get(HOST)).to.containEql({state: 'closed'});
    expect(logger.records.map(({level, message}) => [level, message])).to.eql([
      ['warn', `not asked for a while: told by ${HOST}`],
      ['info', `asked again: told by ${HOST}`],
    ]);
  });

  it('calls it although one of several calls is late', async () => {
    let giveUp!: () => void;
    const late = call(
      () =>
        new Promise((_, reject) => {
          giveUp = () => reject(failure('conductor_timeout'));
        }),
    );
    clock.tick(COSTLY);
    await call();
    clock.tick(COSTLY);
    giveUp();
    await expect(late).to.be.rejected();
    expect(breakers.lets(HOST)).to.be.true();
  });

  it('tells the last failure in place of a call', async () => {
    await fail(failure('conductor_unreachable'));
    const work = sinon.spy();
    await expect(call(work)).to.be.rejectedWith(BootConfigError, {
      reason: 'conductor_unreachable',
      message: `not asked again so soon: told by ${HOST}`,
    });
    sinon.assert.notCalled(work);
  });

  it('keeps conductors with the same host and other ports apart', async () => {
    await fail(failure('conductor_unreachable'));
    for (const conductor of ['[::1]:8090', '::1', '[::1]']) {
      expect(await call(() => conductor, {conductor})).to.equal(conductor);
    }
  });

  it('calls it again after the pause, once', async () => {
    await fail(failure('conductor_unreachable'));
    clock.tick(1000);
    let answer!: (text: string) => void;
    const pending = call(() => new Promise(resolve => (answer = resolve)));
    await expect(call()).to.be.rejected();
    answer('here');
    expect(await pending).to.equal('here');
    expect(await call()).to.equal('answer');
  });

  it('calls it again after an error that it answers with', async () => {
    await fail(failure('conductor_unreachable'));
    clock.tick(1000);
    await fail(failure('config_not_found'));
    expect(breakers.lets(HOST)).to.be.true();
  });

  it('does not hold against it that it had little time', async () => {
    await fail(failure('conductor_timeout'), {isHurried: true});
    expect(breakers.lets(HOST)).to.be.true();
    await fail(failure('conductor_unreachable'), {isHurried: true});
    expect(breakers.lets(HOST)).to.be.false();
  });

  it('does not hold against it that there is no way to anybody', async () => {
    await fail(new RpcUnavailable('the broker is away'));
    expect(breakers.lets(HOST)).to.be.true();
  });

  it('knows no more of it after no way to anybody, or a bug', async () => {
    await fail(failure('conductor_unreachable'));
    for (const error of [new RpcUnavailable('away'), new TypeError('bug')]) {
      clock.tick(1000);
      await fail(error);
      expect(breakers.states().get(HOST)).to.have.property('state', 'open');
      expect(breakers.lets(HOST)).to.be.true();
    }
  });

  it('logs once that it is not asked, and that it answers again', async () => {
    await fail(failure('conductor_unreachable'));
    clock.tick(1000);
    await fail(failure('conductor_timeout'));
    clock.tick(2000);
    await call();
    await call();
    const told = logger.records
      .filter(({level}) => level !== 'debug')
      .map(({level, message, details}) => [level, message, details.conductor]);
    expect(told).to.eql([
      ['warn', `not asked for a while: told by ${HOST}`, HOST],
      ['info', `conductor ${HOST} answers again`, HOST],
    ]);
  });

  describe('states', () => {
    it('are those of the conductors that were called', async () => {
      await call(undefined, {conductor: 'a'});
      clock.tick(60_000);
      await call(undefined, {conductor: 'b'});
      await fail(failure('conductor_timeout'));
      expect([...breakers.states()]).to.eql([
        [
          'a',
          {
            state: 'closed',
            lastAnswerAt: new Date(NOW),
            lastFailureAt: undefined,
            lastFailure: undefined,
          },
        ],
        [
          'b',
          {
            state: 'closed',
            lastAnswerAt: new Date(NOW + 60_000),
            lastFailureAt: undefined,
            lastFailure: undefined,
          },
        ],
        [
          HOST,
          {
            state: 'open',
            lastAnswerAt: undefined,
            lastFailureAt: new Date(NOW + 60_000 + COSTLY),
            lastFailure: 'conductor_timeout',
          },
        ],
      ]);
    });

    it('are forgotten of those that nobody called for an hour', async () => {
      await call(undefined, {conductor: 'a'});
      clock.tick(1_800_000);
      await call(undefined, {conductor: 'b'});
      clock.tick(1_800_001);
      await call(undefined, {conductor: 'c'});
      expect([...breakers.states().keys()]).to.eql(['b', 'c']);
    });
  });
});
