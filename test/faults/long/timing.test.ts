import {expect} from '@loopback/testlab';
import {ALL_KINDS, Kind, Refusals} from '../support/refusals';

const TIMES = 20_000;
const WARM_UP = 2000;

// By how much a median may differ from that of the unknown node.
const TOLERANCE = 0.05;

describe('The time that a 404 takes', function () {
  this.timeout(600_000);

  let refusals: Refusals;
  let medians: Record<Kind, number>;

  before(async () => {
    refusals = await Refusals.create();
    await refusals.ask(WARM_UP);
    medians = await refusals.ask(TIMES);
  });
  after(() => refusals?.remove());

  for (const kind of ALL_KINDS.slice(1)) {
    it(`is for ${kind} as for node_not_found`, () => {
      expect(medians[kind] / medians.node_not_found).to.be.within(
        1 - TOLERANCE,
        1 + TOLERANCE,
      );
    });
  }
});
