import {join} from 'node:path';
import {expect} from '@loopback/testlab';
import {TestProcess} from '../../support/process';
import {askFor, expectServed, givenApplication, givenHost} from '../support';

/** How many listeners there are to each event of the process. */
function processListeners(): Record<string, number> {
  return Object.fromEntries(
    process
      .eventNames()
      .map(event => [String(event), process.listenerCount(event)]),
  );
}

describe('A host that stops', () => {
  it('leaves no listeners on the process', async () => {
    const earlier = processListeners();
    for (let i = 0; i < 3; i++) {
      const host = await givenHost();
      expectServed(await askFor(host));
      await host.stop();
    }
    expect(processListeners()).to.eql(earlier);
  });

  it('answers the request that is being worked on', async () => {
    const host = await givenHost();
    const asked = new Promise<void>(resolve =>
      host.conductor.behave(async () => {
        resolve();
        await new Promise(setImmediate);
        return '#!ipxe\nboot\n';
      }),
    );
    const answer = askFor(host);
    await asked;
    await host.stop();
    expect((await answer).body.toString()).to.equal('#!ipxe\nboot\n');
  });

  it('stops serving', async () => {
    const host = await givenHost();
    const {port} = host;
    await host.stop();
    await expect(askFor({...host, port})).to.be.rejectedWith(/ECONNREFUSED/);
  });

  for (const transport of ['none', 'json-rpc']) {
    it(`lets the process end (RPC transport ${transport})`, async () => {
      const program = await TestProcess.node(
        join(__dirname, '../support/start-and-stop.js'),
        [transport],
      );
      expect(await program.exited).to.eql({code: 0, signal: null});
      expect(program.stdout.join('\n')).to.match(/statuses( \d{3}){6}/);
    });
  }

  it('can be followed by another that is like it', async () => {
    for (let i = 0; i < 3; i++) {
      const host = await givenHost();
      expectServed(await askFor(host));
      await host.stop();
    }
  });

  it('can be started again', async () => {
    const host = await givenApplication();
    for (let i = 0; i < 3; i++) {
      await host.start();
      expectServed(await askFor(host));
      await host.stop();
    }
  });
});
