import {once} from 'node:events';
import net from 'node:net';
import {expect} from '@loopback/testlab';
import {Conductor} from '../acceptance/system/support';
import {freePort} from '../support/ports';
import {
  expectBackInTime,
  expectSoundAnswers,
  Fleet,
  http,
  RogueStand,
  Roguery,
} from './support';

const SCRIPT = '#!ipxe\necho served\nboot\n';
const MACHINES = 8;
const PAIR = ['127.0.0.11', '127.0.0.12'];
const CONDUCTORS = 3;
const NODES_OF_PAIR = 12;
const MEGABYTE = 1024 * 1024;
const LONG_HEADER = `X: ${'y'.repeat(1000)}\r\n`;

describe('serve, as a conductor', function () {
  this.timeout(60_000);

  let stand: RogueStand;
  let pair: Conductor[];
  /** Machines of the pair's nodes, whose affinity is to the second. */
  let pairsFleet: Fleet;

  before(async () => {
    stand = await RogueStand.create();
    await givenPair();
    pairsFleet = new Fleet(
      stand.api.port,
      Array.from({length: NODES_OF_PAIR}, (_, node) => ({
        target: `/v1/boot/${mac(1 + node)}/boot.ipxe`,
        script: SCRIPT,
      })),
    );
    await pairsFleet.burst(NODES_OF_PAIR);
  });
  beforeEach(() => stand.begin(pairsFleet.answered));
  after(() => stand?.remove());

  async function givenPair(): Promise<void> {
    const {deployment} = stand;
    const ids: number[] = [];
    for (const hostname of PAIR) {
      ids.push(
        await deployment.register({hostname, hardwareTypes: ['paired']}),
      );
    }
    pair = await Promise.all(PAIR.map(host => deployment.startConductor(host)));
    for (let node = 1; node <= NODES_OF_PAIR; node++) {
      const uuid = await deployment.addNode({
        macs: [mac(node)],
        driver: 'paired',
        conductorAffinity: ids[1],
      });
      for (const conductor of pair) await conductor.write(uuid, SCRIPT);
    }
  }

  const rogueries: [string, Roguery, string][] = [
    [
      'closes the connection',
      ({socket}) => socket.end(),
      'conductor_unreachable',
    ],
    [
      'resets the connection in the middle of the body',
      ({socket, id}) =>
        socket.write(
          http('200 OK', stand.rogue.resultFor(id)).slice(0, -9),
          () => socket.resetAndDestroy(),
        ),
      'conductor_unreachable',
    ],
    [
      'ends in the middle of the body',
      ({socket, id}) =>
        socket.end(http('200 OK', stand.rogue.resultFor(id)).slice(0, -9)),
      'conductor_unreachable',
    ],
    [
      'answers one byte a second',
      ({socket, id}) => {
        const bytes = http('200 OK', stand.rogue.resultFor(id));
        let at = 0;
        const timer = setInterval(() => socket.write(bytes[at++]), 1000);
        socket.on('close', () => clearInterval(timer));
      },
      'conductor_timeout',
    ],
    [
      'answers with headers without end',
      ({socket}) => {
        socket.write(`HTTP/1.1 200 OK\r\n${LONG_HEADER.repeat(600)}`);
      },
      'conductor_unreachable',
    ],
    [
      'answers with bad JSON',
      ({socket}) => socket.write(http('200 OK', '{"jsonrpc": "2.0", ')),
      'conductor_error',
    ],
    [
      'answers another request',
      ({socket}) =>
        socket.write(http('200 OK', stand.rogue.resultFor('req-1'))),
      'conductor_error',
    ],
    [
      'answers without an id',
      ({socket}) => {
        socket.write(http('200 OK', JSON.stringify({result: SCRIPT})));
      },
      'conductor_error',
    ],
    [
      'answers with something else than text',
      ({socket, id}) =>
        socket.write(
          http('200 OK', stand.rogue.resultFor(id, {script: SCRIPT})),
        ),
      'conductor_error',
    ],
    [
      'answers with an unknown class of error',
      ({socket, id}) => {
        const data = {class: '__proto__.toString'};
        const error = {code: 'x', message: 7, data};
        socket.write(http('200 OK', JSON.stringify({id, error})));
      },
      'conductor_error',
    ],
    [
      'wants authentication',
      ({socket}) =>
        socket.write(
          http('401 Unauthorized', '{}', {'WWW-Authenticate': 'Basic'}),
        ),
      'conductor_error',
    ],
    [
      'answers with an empty body',
      ({socket}) => socket.write(http('200 OK', '')),
      'conductor_error',
    ],
    [
      'answers with HTML',
      ({socket}) => {
        const type = {'Content-Type': 'text/html'};
        socket.write(http('200 OK', '<html>It works!</html>', type));
      },
      'conductor_error',
    ],
    [
      'is not online yet',
      ({socket}) => socket.write(http('503 Service Unavailable', '')),
      'conductor_unreachable',
    ],
    [
      'speaks no HTTP',
      ({socket}) => socket.write('SSH-2.0-OpenSSH_9.2p1\r\n'),
      'conductor_unreachable',
    ],
  ];

  for (const [what, roguery, reason] of rogueries) {
    it(what, async () => {
      stand.rogue.misbehave(roguery);
      await stand.expectRefused(reason);
      await stand.expectRecovery(CONDUCTORS);
    });
  }

  it('sends 100 MB', async () => {
    let sent = 0;
    stand.rogue.misbehave(({socket, id}) => {
      const [start] = stand.rogue.resultFor(id).split('"result"');
      const header = {'Content-Length': String(100 * MEGABYTE)};
      const send = () => {
        while (!socket.destroyed && sent < MACHINES * 100 * MEGABYTE) {
          sent += MEGABYTE;
          if (!socket.write('x'.repeat(MEGABYTE))) break;
        }
      };
      socket.on('drain', send);
      socket.write(http('200 OK', `${start}"result":"`, header), send);
    });
    await stand.expectRefused('conductor_error');
    // The largest script may have 256 KB. The rest was on its way.
    expect(sent).to.be.below(MACHINES * 20 * MEGABYTE);
    await stand.expectRecovery(CONDUCTORS);
  });

  it('redirects to another place, which is not asked', async () => {
    let asked = 0;
    const other = net.createServer(() => (asked += 1));
    other.listen(await freePort(), '127.0.0.1');
    await once(other, 'listening');
    const {port} = other.address() as net.AddressInfo;
    try {
      stand.rogue.misbehave(({socket}) => {
        const location = {Location: `http://127.0.0.1:${port}/`};
        socket.write(http('307 Temporary Redirect', '', location));
      });
      await stand.expectRefused('conductor_error');
      await stand.expectRecovery(CONDUCTORS);
      expect(asked).to.equal(0);
    } finally {
      other.close();
    }
  });

  it('says more than it was asked: nobody gets it', async () => {
    stand.rogue.misbehave(call => {
      stand.rogue.answer(call);
      const other = stand.rogue.resultFor(
        call.id,
        '#!ipxe\necho not asked for\n',
      );
      call.socket.write(http('200 OK', other));
    });
    for (let round = 0; round < 3; round++) await stand.fleet.burst(MACHINES);
    // Where it comes with the next answer, no request is served.
    await stand.expectRecovery(CONDUCTORS);
  });

  it('is down, and is started', async () => {
    await stand.restartRogue(() =>
      stand.expectRefused('conductor_unreachable'),
    );
    await stand.expectRecovery(CONDUCTORS);
  });

  describe('that others can stand in for', () => {
    it('hangs: its nodes are served by the one that prepared them', async () => {
      pair[0].process.kill('SIGSTOP');
      expect(await pairsFleet.burst(NODES_OF_PAIR)).to.equal(NODES_OF_PAIR);
      expectSoundAnswers(pairsFleet.takeBook());
      await expectServedBy(PAIR[1]);
      pair[0].process.kill('SIGCONT');
    });

    it('dies: the same', async () => {
      pair[0].process.kill('SIGKILL');
      await pair[0].process.exited;
      expect(await pairsFleet.burst(NODES_OF_PAIR)).to.equal(NODES_OF_PAIR);
      expectSoundAnswers(pairsFleet.takeBook());
      await expectServedBy(PAIR[1]);
    });

    it('and they hang, too, and go on', async () => {
      pair[1].process.kill('SIGSTOP');
      expect(await pairsFleet.burst(NODES_OF_PAIR)).to.equal(0);
      const lines = await stand.log.next(NODES_OF_PAIR);
      for (const {reason} of lines) {
        expect(['conductor_timeout', 'conductor_unreachable']).to.containEql(
          reason,
        );
      }
      pair[1].process.kill('SIGCONT');
      expectBackInTime(await pairsFleet.timeUntilBack());
      expectSoundAnswers(pairsFleet.takeBook());
    });
  });

  /** All of them, some in place of the owner. */
  async function expectServedBy(host: string): Promise<void> {
    const lines = await stand.log.next(NODES_OF_PAIR);
    for (const {conductor} of lines) expect(conductor).to.equal(host);
    expect(lines.some(line => line.owner)).to.be.true();
    expect(lines.some(line => !line.owner)).to.be.true();
  }
});

function mac(node: number): string {
  return `52:54:00:00:00:${node.toString(16).padStart(2, '0')}`;
}
