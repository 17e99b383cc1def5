import {expect} from '@loopback/testlab';
import {eventually} from '../support/eventually';
import {ALL_KINDS, Refusals} from './support/refusals';

const TIMES = 250;

describe('The work behind a 404', function () {
  this.timeout(60_000);

  let refusals: Refusals;

  before(async () => {
    refusals = await Refusals.create();
    // Opens what is opened once.
    await refusals.ask(1);
  });
  after(() => refusals?.remove());

  for (const kind of ALL_KINDS) {
    it(`is one query of the database for ${kind}`, async () => {
      const before = await refusals.queries();
      await refusals.ask(TIMES, [kind]);
      expect((await refusals.queries()) - before).to.equal(TIMES);
      await eventually(
        'each is logged with its reason',
        () => refusals.count(kind) === TIMES + 1,
      );
    });
  }
});
