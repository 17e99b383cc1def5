import {expect} from '@loopback/testlab';
import {Reading, Refused} from '../../../src/conductor/read-file-inside';
import {readSettled} from '../../../src/conductor/read-settled';

const LONG_AGO = 0;
// Not at a whole second, which is how coarse times look.
const IN_AN_HOUR = wholeSecond(3600) + 0.5;

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

  it('takes no content that was another in between', async () => {
    const future = (text: string) => ({...still(text), modifiedAt: IN_AN_HOUR});
    const looks = lookAt([
      ...['whole', 'who', 'whole', 'who', 'whole', 'who'].map(future),
      still('at last'),
    ]);
    expect(await settled(looks)).to.eql('at last');
    expect(looks.count).to.eql(7);
  });

  it('looks again at a file whose time is coarse and not old', async () => {
    const looks = lookAt([
      // May have been changed in the last moment of that second, or of the next.
      {...still('wh'), modifiedAt: wholeSecond(-1)},
      still('whole'),
    ]);
    expect(await settled(looks)).to.eql('whole');
    expect(looks.count).to.eql(2);
  });

  it('takes a file whose time is coarse at the first look when it is old', async () => {
    const looks = lookAt([{...still('whole'), modifiedAt: wholeSecond(-4)}]);
    expect(await settled(looks)).to.eql('whole');
    expect(looks.count).to.eql(1);
  });

  const RESTLESS: Record<string, (look: number) => Reading> = {
    'that is another in each look': look => ({
      ...still(`${look}`),
      modifiedAt: IN_AN_HOUR,
    }),
    'that changes during each look': () => ({
      ...still('whole'),
      modifiedAt: IN_AN_HOUR,
      changed: true,
    }),
    'that somebody writes the same into all the time': () => ({
      ...still('half'),
      modifiedAt: Date.now() - 50.5,
    }),
    'that stays empty': () => ({...still(''), modifiedAt: IN_AN_HOUR}),
  };
  for (const [what, reading] of Object.entries(RESTLESS)) {
    it(`gives up a file ${what}, when nobody waits`, async () => {
      const stop = new AbortController();
      const LOOKS = 7;
      let looks = 0;
      const look = async () => {
        if (++looks === LOOKS) stop.abort();
        return reading(looks);
      };
      await expect(readSettled(look, stop.signal)).to.be.rejectedWith(Refused, {
        message: /being written all the time/,
      });
      expect(looks).to.eql(LOOKS);
    });
  }

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

/** A time so many seconds from now. */
function wholeSecond(seconds: number): number {
  return (Math.floor(Date.now() / 1000) + seconds) * 1000;
}

function still(text: string): Reading {
  return {
    bytes: Buffer.from(text),
    version: {dev: 1n, ino: 1n, size: 1n, mtimeNs: 1n, ctimeNs: 1n},
    modifiedAt: LONG_AGO,
    changed: false,
  };
}

async function settled({look}: Looks): Promise<string> {
  const {bytes} = await readSettled(look, AbortSignal.timeout(10_000));
  return String(bytes);
}
