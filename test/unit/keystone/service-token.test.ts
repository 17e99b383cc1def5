import {expect} from '@loopback/testlab';
import {IssuedToken, KeystoneError, ServiceToken} from '../../../src/keystone';

const HOUR = 3_600_000;
const never = new AbortController().signal;

/** A request for a token that waits for the test's answer. */
interface Asked {
  resolve: (token: IssuedToken) => void;
  reject: (error: Error) => void;
}

describe('ServiceToken', () => {
  let now: number;
  let asked: Asked[];
  let late: Error[];
  let token: ServiceToken;

  beforeEach(() => {
    now = 1000;
    asked = [];
    late = [];
    token = new ServiceToken(
      () =>
        new Promise((resolve, reject) => {
          asked.push({resolve, reject});
        }),
      error => late.push(error),
      () => now,
    );
  });

  it('is asked for once by all who want it', async () => {
    const wanted = [token.get(never), token.get(never), token.get(never)];
    answer('a');
    expect(await Promise.all(wanted)).to.eql(['a', 'a', 'a']);
    expect(await token.get(never)).to.eql('a');
    expect(asked).to.have.length(1);
  });

  it('is renewed when two minutes are left, and used meanwhile', async () => {
    await first('a', HOUR);
    now += HOUR - 121_000;
    expect(await token.get(never)).to.eql('a');
    expect(asked).to.have.length(1);
    now += 2000;
    for (let i = 0; i < 3; i++) expect(await token.get(never)).to.eql('a');
    expect(asked).to.have.length(2);
    answer('b');
    await settled();
    expect(await token.get(never)).to.eql('b');
  });

  it('is not used past its end', async () => {
    await first('a', HOUR);
    now += HOUR;
    const wanted = token.get(never);
    answer('b');
    expect(await wanted).to.eql('b');
  });

  it('counts its life from before it was asked for', async () => {
    const wanted = token.get(never);
    now += 5000;
    answer('a', 6000);
    await wanted;
    now += 1000;
    void token.get(never);
    expect(asked).to.have.length(2);
    answer('b');
  });

  it('is used to its end when it is not renewed, and that is told', async () => {
    await first('a', 100_000);
    expect(await token.get(never)).to.eql('a');
    fail('away');
    await settled();
    expect(late.map(({message}) => message)).to.eql(['away']);
    expect(await token.get(never)).to.eql('a');
    expect(asked).to.have.length(2);
    now += 1000;
    expect(await token.get(never)).to.eql('a');
    expect(asked).to.have.length(3);
    answer('b');
  });

  it('is replaced when it was refused', async () => {
    await first('a', HOUR);
    token.renounce('a');
    const wanted = token.get(never);
    answer('b');
    expect(await wanted).to.eql('b');
  });

  it('is not replaced when an older one was refused', async () => {
    await first('a', HOUR);
    token.renounce('z');
    expect(await token.get(never)).to.eql('a');
    expect(asked).to.have.length(1);
  });

  it('fails all who wait, and is not asked for again at once', async () => {
    const wanted = [token.get(never), token.get(never)];
    fail('wrong password');
    for (const each of [...wanted, token.get(never)]) {
      await expect(each).to.be.rejectedWith('wrong password');
    }
    expect(asked).to.have.length(1);
    now += 1000;
    const again = token.get(never);
    answer('a');
    expect(await again).to.eql('a');
  });

  it('lets go who waits no longer, and no others', async () => {
    const controller = new AbortController();
    const impatient = token.get(controller.signal);
    const patient = token.get(never);
    controller.abort();
    const error: unknown = await impatient.catch((e: unknown) => e);
    expect(error).to.be.instanceOf(KeystoneError);
    expect((error as KeystoneError).fault).to.eql('late');
    answer('a');
    expect(await patient).to.eql('a');
  });

  async function first(id: string, lifetime: number): Promise<void> {
    const wanted = token.get(never);
    answer(id, lifetime);
    await wanted;
  }

  function answer(id: string, lifetime = HOUR): void {
    asked[asked.length - 1].resolve({id, lifetime});
  }

  function fail(message: string): void {
    asked[asked.length - 1].reject(new Error(message));
  }
});

async function settled(): Promise<void> {
  await new Promise(setImmediate);
}
