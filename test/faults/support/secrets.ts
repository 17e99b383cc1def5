import {expect} from '@loopback/testlab';
import {TestProcess} from '../../support/process';

const SYLLABLE = 'zQ9';

/** Of such a form that a piece of it is recognised, wherever it was cut. */
export const SECRET = SYLLABLE.repeat(20);

const PIECE = SYLLABLE.repeat(2);

/** Nothing of the secret is in what the processes have said so far. */
export function expectDiscretion(...processes: TestProcess[]): void {
  for (const {lines} of processes) {
    expect(lines.filter(line => line.includes(PIECE))).to.eql([]);
    // One that says nothing keeps every secret.
    expect(lines).to.not.be.empty();
  }
}
