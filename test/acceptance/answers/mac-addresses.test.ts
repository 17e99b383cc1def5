import {expect} from '@loopback/testlab';
import {
  askFor,
  expectNotFound,
  expectServed,
  MAC,
  useHost,
  WAITING_NODE,
} from '../support';

const GOOD = [
  '52:54:00:ab:cd:01',
  '52:54:00:AB:CD:01',
  '52:54:00:aB:Cd:01',
  '52-54-00-ab-cd-01',
  '52-54-00-AB-CD-01',
  '5254.00ab.cd01',
  '5254.00AB.CD01',
  '525400abcd01',
  '525400ABCD01',
  '52%3A54%3A00%3Aab%3Acd%3A01',
  '52%3a54%3a00%3AAB%3acd%3a01',
  '52%2D54%2D00%2Dab%2Dcd%2D01',
  '5254%2E00ab%2Ecd01',
  '%35%32:54:00:ab:cd:01',
];

const BAD = [
  '52:54:00:ab:cd',
  '52:54:00:ab:cd:01:02',
  '52:54:00:ab:cd:0g',
  '52:54:00:ab:cd:1',
  '52:54:00-ab:cd:01',
  '52-54-00-ab-cd:01',
  '5254-00ab-cd01',
  '52.54.00.ab.cd.01',
  '525400.abcd01',
  '525400abcd0',
  '525400abcd011',
  '0x525400abcd01',
  '01-52-54-00-ab-cd-01',
  ':52:54:00:ab:cd:01',
  '52:54:00:ab:cd:01:',
  '52:54:00:ab:cd:01%00',
  '52:54:00:ab:cd:01%0a',
  '52:54:00:ab:cd:01%20',
  '%2052:54:00:ab:cd:01',
  '52:54:00:ab:cd:01%2Fx',
  '52%253A54%253A00%253Aab%253Acd%253A01',
  // FULLWIDTH DIGIT FIVE, and a digit of another script
  '%EF%BC%952:54:00:ab:cd:01',
  '%D9%A52:54:00:ab:cd:01',
  "52:54:00:ab:cd:01'%20OR%20'1'='1",
  '${mac}',
  '*',
  '%',
  '..',
  'a'.repeat(4096),
];

describe('The MAC address in a request', () => {
  const host = useHost();
  beforeEach(() => {
    host().conductor.reset();
    host().logger.clear();
  });

  for (const mac of GOOD) {
    it(`may be written ${mac}`, async () => {
      expectServed(await askFor(host(), {mac}));
    });
  }

  it('may be that of any port of the node', async () => {
    expectServed(await askFor(host(), {mac: MAC.waiting}));
    expectServed(await askFor(host(), {mac: MAC.waitingToo}));
    expect(host().conductor.calls.map(call => call.nodeId)).to.eql([
      WAITING_NODE,
      WAITING_NODE,
    ]);
  });

  for (const mac of BAD) {
    it(`may not be ${mac.slice(0, 40)}`, async () => {
      expectNotFound(await askFor(host(), {mac}));
      const {details, level} = host().logger.only;
      expect(level).to.equal('info');
      expect(details.reason).to.match(/^(mac_malformed|path_unknown)$/);
    });
  }

  it('is in the log as it was sent, if it is not too long', async () => {
    await askFor(host(), {mac: '52-54-00-AB-CD-FF'});
    expect(host().logger.only.details.mac).to.equal('52-54-00-AB-CD-FF');
  });
});
