import {expect} from '@loopback/testlab';
import {LogLine} from '../acceptance/system/support';
import {
  Book,
  expectSoundAnswers,
  Fleet,
  osloReply,
  OsloRoguery,
  RabbitStand,
  RequestLog,
  RogueOsloConductor,
} from './support';

const MACHINES = 10;
// Of requests to each of the conductors that misbehave.
const ROUNDS = 2;

const MEGABYTE = 1024 * 1024;

describe('serve and conductor, as RabbitMQ', function () {
  this.timeout(60_000);

  let stand: RabbitStand;

  before(async () => {
    stand = await RabbitStand.create();
  });
  after(() => stand?.remove());

  describe('is down at their start', () => {
    before(() => stand.broker.kill());

    it('answer at once, and serve when it is up', async () => {
      const away = /RabbitMQ can't be reached/;
      await Promise.all([stand.startConductor(away), stand.startApi()]);
      stand.fleet.startLoad(MACHINES);
      await stand.fleet.untilRefused(5 * MACHINES);
      await stand.broker.restart();
      await stand.expectRecovery();
    });
  });

  describe('under load', () => {
    before(() => stand.settle());
    beforeEach(() => stand.startLoad(MACHINES));
    afterEach(() => stand.tidyUp());

    it('is killed and restarted', async () => {
      await stand.broker.kill();
      await stand.fleet.untilRefused(MACHINES);
      await stand.log.untilRefusedFor('conductor_unreachable');
      await stand.broker.restart();
      await stand.expectRecovery();
    });

    it('hangs and goes on', async () => {
      stand.broker.suspend();
      await stand.fleet.untilRefused(MACHINES);
      await stand.log.untilRefusedFor('conductor_unreachable');
      stand.broker.resume();
      await stand.expectRecovery();
    });

    it('takes no messages for a while, for lack of memory', async () => {
      await stand.broker.runOutOfMemory();
      await stand.fleet.untilRefused(5 * MACHINES);
      await stand.log.untilRefusedFor('conductor_unreachable');
      await stand.broker.haveMemory();
      await stand.expectRecovery();
    });

    it('loses the connections', async () => {
      stand.apiNetwork.reset();
      stand.conductorNetwork.reset();
      await stand.expectRecovery();
    });

    it('loses a connection, and nobody is told', async () => {
      stand.apiNetwork.forget();
      await stand.expectRecovery();
    });

    it('deletes the queue of the conductor', async () => {
      await stand.broker.deleteQueue(stand.queue);
      await stand.expectRecovery();
    });

    it('deletes the queue of the replies', async () => {
      await stand.broker.deleteQueue(await stand.replyQueue());
      await stand.expectRecovery();
    });
  });

  describe('has no conductor behind a queue', () => {
    beforeEach(() => stand.startLoad(MACHINES));
    afterEach(() => stand.tidyUp());

    it('as that was killed, and is started again', async () => {
      await stand.killConductor();
      await stand.fleet.untilRefused(MACHINES);
      await stand.log.untilRefusedFor('conductor_timeout');
      await stand.startConductor();
      await stand.expectRecovery();
    });

    it('as that was killed, and RabbitMQ was not told', async () => {
      stand.conductorNetwork.forget();
      await stand.killConductor();
      await stand.fleet.untilRefused(MACHINES);
      await stand.startConductor();
      await stand.expectRecovery();
    });

    it('as that hangs, and goes on', async () => {
      stand.conductor.process.kill('SIGSTOP');
      await stand.fleet.untilRefused(MACHINES);
      await stand.log.untilRefusedFor('conductor_timeout');
      stand.conductor.process.kill('SIGCONT');
      await stand.expectRecovery();
    });
  });

  describe('carries what is no reply', () => {
    const rogues: RogueOsloConductor[] = [];
    let book: Book;
    let lines: LogLine[];

    const rogueries: [string, OsloRoguery, string][] = [
      ['none', () => {}, 'conductor_timeout'],
      ['an empty one', ({reply}) => reply(''), 'conductor_timeout'],
      ['bad JSON', ({reply}) => reply('{"oslo.version'), 'conductor_timeout'],
      [
        'one without an envelope',
        ({reply, msgId}) => reply(JSON.stringify({_msg_id: msgId, result: ''})),
        'conductor_timeout',
      ],
      [
        'one to another call',
        ({reply}) => reply(osloReply('0'.repeat(32), {result: '#!ipxe\n'})),
        'conductor_timeout',
      ],
      [
        'one to a property of every object',
        ({reply}) => reply(osloReply('__proto__', {result: '#!ipxe\n'})),
        'conductor_timeout',
      ],
      [
        'one nested deeply',
        ({reply}) =>
          reply(`{"oslo.version": "2.0", "oslo.message": ${nested(100_000)}}`),
        'conductor_timeout',
      ],
      [
        'a sign of life and no more',
        ({reply, msgId}) => reply(osloReply(msgId, {ending: false})),
        'conductor_timeout',
      ],
      [
        'something else than text',
        ({reply, msgId}) => reply(osloReply(msgId, {result: {a: 1}})),
        'conductor_error',
      ],
      [
        'an error of an unknown class',
        ({reply, msgId}) => {
          const failure = {class: '__proto__', module: 7, kwargs: {code: 'x'}};
          return reply(
            osloReply(msgId, {failure: JSON.stringify({...failure})}),
          );
        },
        'conductor_error',
      ],
      [
        'an error that is none',
        ({reply, msgId}) => reply(osloReply(msgId, {failure: '{"class'})),
        'conductor_error',
      ],
      [
        '20 MB',
        ({reply, msgId}) =>
          reply(osloReply(msgId, {result: '"'.repeat(5 * MEGABYTE)})),
        'conductor_error',
      ],
      [
        'no script',
        ({reply, msgId}) => reply(osloReply(msgId, {result: '<html>'})),
        'script_unsound',
      ],
    ];

    const macs = rogueries.map(
      (_, index) => `52:54:00:00:01:${index.toString(16).padStart(2, '0')}`,
    );

    before(async () => {
      await givenRogues();
      const fleet = new Fleet(
        stand.api.port,
        macs.map(mac => ({target: `/v1/boot/${mac}/boot.ipxe`, script: ''})),
      );
      stand.log = new RequestLog(stand.api, stand.fleet.answered);
      for (let round = 0; round < ROUNDS; round++) {
        expect(await fleet.burst(macs.length)).to.equal(0);
      }
      book = fleet.takeBook();
      lines = await stand.log.next(ROUNDS * macs.length);
    });
    after(async () => {
      for (const rogue of rogues) await rogue.stop();
    });

    for (const [index, [what, , reason]] of rogueries.entries()) {
      it(`but ${what}`, () => {
        const told = lines.filter(({mac}) => mac === macs[index]);
        expect(told.map(line => line.reason)).to.eql(
          Array.from({length: ROUNDS}, () => reason),
        );
      });
    }

    it('is as before', async () => {
      expectSoundAnswers(book);
      expect(await stand.fleet.ask()).to.be.true();
      await stand.expectFootprints();
    });

    async function givenRogues(): Promise<void> {
      const {deployment, broker} = stand;
      for (const [index, [, roguery]] of rogueries.entries()) {
        const hostname = `rogue-${index}`;
        await deployment.register({hostname, conductorGroup: hostname});
        await deployment.addNode({
          macs: [macs[index]],
          conductorGroup: hostname,
        });
        rogues.push(await RogueOsloConductor.start(broker, hostname, roguery));
      }
    }
  });

  describe('hangs while they are to stop', () => {
    before(() => stand.broker.suspend());

    it('they end in time', async () => {
      const processes = [stand.api.process, stand.conductor.process];
      for (const process of processes) process.kill('SIGTERM');
      for (const process of processes) {
        expect(await process.exited).to.eql({code: 0, signal: null});
      }
    });
  });
});

function nested(depth: number): string {
  return '['.repeat(depth) + ']'.repeat(depth);
}
