import {hashSync} from 'bcryptjs';
import {expect} from '@loopback/testlab';
import {TooManyComparisons} from '../../../../src/conductor/authentication/bcrypt-thread';
import {PasswordCheck} from '../../../../src/conductor/authentication/password-check';

const COST = 4;
const USERS = new Map([
  ['ironic', hashSync('one', COST)],
  ['agent', hashSync('two', COST)],
]);

describe('PasswordCheck', () => {
  let check: PasswordCheck;

  beforeEach(() => {
    check = new PasswordCheck(2);
  });

  afterEach(() => check.stop());

  it('tells right from wrong, again and again', async () => {
    for (let time = 0; time < 3; time++) {
      expect(await isRight('ironic', 'one')).to.be.true();
      expect(await isRight('ironic', 'two')).to.be.false();
      expect(await isRight('agent', 'two')).to.be.true();
      expect(await isRight('nobody', 'one')).to.be.false();
    }
  });

  it('lets no more comparisons wait than allowed', async () => {
    const waiting = [isRight('ironic', 'x'), isRight('nobody', 'y')];
    await expect(isRight('agent', 'two')).to.be.rejectedWith(
      TooManyComparisons,
    );
    expect(await Promise.all(waiting)).to.eql([false, false]);
    expect(await isRight('agent', 'two')).to.be.true();
  });

  it('needs no comparison for what it has verified', async () => {
    await isRight('ironic', 'one');
    const waiting = [isRight('ironic', 'x'), isRight('ironic', 'y')];
    expect(await isRight('ironic', 'one')).to.be.true();
    await Promise.all(waiting);
  });

  it('compares once for those who ask the same at once', async () => {
    const asked = Array.from({length: 5}, () => isRight('ironic', 'one'));
    expect(await Promise.all(asked)).to.eql(Array(5).fill(true));
  });

  it('forgets what it has verified when the hash is another', async () => {
    await isRight('ironic', 'one');
    const changed = new Map([['ironic', hashSync('three', COST)]]);
    expect(await isRight('ironic', 'one', changed)).to.be.false();
    expect(await isRight('ironic', 'three', changed)).to.be.true();
    expect(await isRight('ironic', 'one', new Map(USERS))).to.be.true();
  });

  it('ends what waits when it is stopped, and can go on after', async () => {
    const waiting = isRight('ironic', 'one');
    const failed = expect(waiting).to.be.rejectedWith('stopped');
    await check.stop();
    await failed;
    expect(await isRight('ironic', 'one')).to.be.true();
  });

  async function isRight(username: string, password: string, users = USERS) {
    return check.isRight({username, password}, users);
  }
});
