import {expect} from '@loopback/testlab';
import {Reading, Refused} from '../../../src/conductor/read-file-inside';
import {readSettled} from '../../../src/conductor/read-settled';

const LONG_AGO = 0;
const IN_AN_HOUR = Date.now() + 3_600_000;

describe('readSettled', () => {
  it('takes a file that was last changed long ago at the first look', async () => {
    const looks = lookAt([still('whole')]);
    expect(await settled(looks)).to.eql('whole');
    expect(looks.count).to.eql(1);
  });

  it('looks again at a file that changed while it was read', async () => {
    const looks = lookAt([
      {...still('wh'), changed: true},
      {...still('whol'), changed: true},
      still('whole'),
    ]);
    expect(await settled(looks)).to.eql('whole');
    expect(looks.count).to.eql(3);
  });

  it('looks again at a file that was changed just now', async () => {
    const looks = lookAt([
      {...still(''), modifiedAt: Date.now()},
      still('whole'),
    ]);
    expect(await settled(looks)).to.eql('whole');
    expect(looks.count).to.eql(2);
  });

  it('takes a file from the future once it stays the same', async () => {
    const looks = lookAt([
      {...still('who'), modifiedAt: IN_AN_HOUR},
      {...still('whole'), modifiedAt: IN_AN_HOUR},
    ]);
    expect(await settled(looks)).to.eql('whole');
    expect(looks.count).to.be.above(2);
  });

  it('takes an empty file for a beginning, until it is old', async () => {
    const looks = lookAt([
      {...still(''), modifiedAt: IN_AN_HOUR},
      {...still(''), modifiedAt: IN_AN_HOUR},
      still(''),
    ]);
    expect(await settled(looks)).to.eql('');
    expect(looks.count).to.eql(3);
  });

  it('gives up a file that never stays the same, when nobody waits', async () => {
    const stop = new AbortController();
    const looks = {
      count: 0,
      look: async () => {
        if (++looks.count === 4) stop.abort();
        return {...still(`${looks.count}`), changed: true};
      },
    };
    await expect(readSettled(looks.look, stop.signal)).to.be.rejectedWith(
      Refused,
      {message: /being written all the time/},
    );
    expect(looks.count).to.eql(4);
  });

  it('hands on why a file cannot be read any more', async () => {
    const vanished = Object.assign(new Error('gone'), {code: 'ENOENT'});
    const looks = lookAt([{...still('whole'), changed: true}, vanished]);
    await expect(settled(looks)).to.be.rejectedWith({code: 'ENOENT'});
  });
});

interface Looks {
  count: number;
  look: () => Promise<Reading>;
}

/** One look after the other, the last one again and again. */
function lookAt(results: (Reading | Error)[]): Looks {
  const looks: Looks = {
    count: 0,
    look: async () => {
      const result = results[Math.min(looks.count++, results.length - 1)];
      if (result instanceof Error) throw result;
      return result;
    },
  };
  return looks;
}

function still(text: string): Reading {
  return {bytes: Buffer.from(text), modifiedAt: LONG_AGO, changed: false};
}

async function settled({look}: Looks): Promise<string> {
  return String(await readSettled(look, AbortSignal.timeout(10_000)));
}
