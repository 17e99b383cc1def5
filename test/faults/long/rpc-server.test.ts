import {expect} from '@loopback/testlab';
import {Conductor, Deployment, Wire} from '../../acceptance/system/support';
import {footprintOf, untilFootprintIsBack} from '../support';

const HOST = '127.0.0.11';
const SLOW = 500;

// A call has to be there whole after 10 s; checked once a second.
const CUT_MS = 15_000;

describe('the RPC server of a conductor, among slow senders', function () {
  this.timeout(60_000);

  let deployment: Deployment;
  let conductor: Conductor;

  before(async () => {
    deployment = await Deployment.create();
    conductor = await deployment.startConductor(HOST);
  });
  after(() => deployment?.remove());

  it('closes their connections', async () => {
    const {pid} = conductor.process;
    const before = await footprintOf(pid);
    const begun = Date.now();
    const parts = [
      '',
      'POST / HTTP/1.1\r\nHo',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{"jsonrpc"',
    ];
    const answers = Array.from({length: SLOW}, async (_, sender) => {
      const wire = await Wire.open(deployment.rpcPort, HOST);
      wire.send(parts[sender % parts.length]);
      return wire.rest();
    });
    for (const answer of await Promise.all(answers)) {
      expect(answer).to.match(/^$|^HTTP\/1.1 408 /);
    }
    expect(Date.now() - begun).to.be.below(CUT_MS);
    await untilFootprintIsBack(pid, before, 0);
  });
});
