import {setImmediate as turn} from 'node:timers/promises';
import {expect} from '@loopback/testlab';
import {Turns} from '../../../src/conductor/turns';

describe('Turns', () => {
  it('lets so many go on at a time, the others in their order', async () => {
    const turns = new Turns(2);
    const begun: number[] = [];
    const ends: (() => void)[] = [];
    const all = [0, 1, 2, 3].map(async n =>
      turns.take(async () => {
        begun.push(n);
        await new Promise<void>(resolve => (ends[n] = resolve));
        return n;
      }),
    );
    await turn();
    expect(begun).to.eql([0, 1]);
    ends[1]();
    await turn();
    expect(begun).to.eql([0, 1, 2]);
    ends[0]();
    await turn();
    expect(begun).to.eql([0, 1, 2, 3]);
    ends[2]();
    ends[3]();
    expect(await Promise.all(all)).to.eql([0, 1, 2, 3]);
  });

  it('goes on after work that failed', async () => {
    const turns = new Turns(1);
    const failure = turns.take(async () => {
      throw new Error('failed');
    });
    const success = turns.take(async () => 'done');
    await expect(failure).to.be.rejectedWith({message: 'failed'});
    expect(await success).to.eql('done');
    expect(await turns.take(async () => 'again')).to.eql('again');
  });
});
