import {expect} from '@loopback/testlab';
import {
  expectBackInTime,
  expectSoundAnswers,
  Fleet,
  osloReply,
  RabbitStand,
  RogueOsloConductor,
  RequestLog,
} from '../support';

const MACHINES = 20;
const MEGABYTE = 1024 * 1024;
const ROGUE = 'rogue';
const ROGUE_MAC = '52:54:00:00:00:02';

// So often that 7 KB left behind each time would be seen.
const TIMES = 20_000;

describe('serve and conductor, as RabbitMQ for long', function () {
  this.timeout(300_000);

  let stand: RabbitStand;

  before(async () => {
    stand = await RabbitStand.create({scriptSize: 20_000});
    await stand.startConductor();
    await stand.startApi({
      boot_config: {
        // Fills up as it should, and would be taken for memory left behind.
        event_buffer: 100,
        // A conductor that was late is called again at once.
        conductor_backoff_max: 0.001,
      },
    });
    await stand.settle();
  });
  after(() => stand?.remove());

  describe('under load', () => {
    beforeEach(() => stand.startLoad(MACHINES));
    afterEach(() => stand.tidyUp());

    it('is slow: machines wait and are served', async () => {
      for (const network of networks()) network.delay(50);
      await stand.fleet.untilServed(5 * MACHINES);
      for (const network of networks()) network.heal();
      await stand.expectRecovery({refused: 0});
    });

    it('is too slow', async () => {
      stand.apiNetwork.delay(2000);
      await stand.fleet.untilRefused(2 * MACHINES);
      stand.apiNetwork.heal();
      await stand.expectRecovery();
    });

    it('trickles its answers', async () => {
      stand.apiNetwork.trickle(20);
      await stand.fleet.untilRefused(2 * MACHINES);
      stand.apiNetwork.heal();
      await stand.expectRecovery();
    });

    it('trickles its requests', async () => {
      stand.conductorNetwork.trickle(20);
      await stand.fleet.untilRefused(2 * MACHINES);
      stand.conductorNetwork.heal();
      await stand.expectRecovery();
    });

    it('stalls in the middle of its answers', async () => {
      for (const network of networks()) network.stall();
      await stand.fleet.untilRefused(2 * MACHINES);
      for (const network of networks()) network.heal();
      await stand.expectRecovery();
    });

    it('is cut off in the middle of its messages', async () => {
      // Less than a script and more than all that is said to connect.
      for (const network of networks()) network.cutAfter(10_000);
      await stand.fleet.untilRefused(2 * MACHINES);
      for (const network of networks()) network.heal();
      await stand.expectRecovery();
    });

    it('is cut off while it takes connections', async () => {
      for (const network of networks()) {
        network.cutAfter(100);
        network.reset();
      }
      await stand.fleet.untilRefused(5 * MACHINES);
      for (const network of networks()) network.heal();
      await stand.expectRecovery();
    });

    it('is behind a network that loses everything', async () => {
      stand.apiNetwork.lose();
      await stand.fleet.untilRefused(4 * MACHINES);
      stand.apiNetwork.heal();
      await stand.expectRecovery();
    });

    it('loses a connection again and again, and nobody is told', async () => {
      for (let time = 0; time < 5; time++) {
        stand.apiNetwork.forget();
        expectBackInTime(await stand.fleet.timeUntilBack());
      }
      await stand.expectRecovery();
    });

    it('loses its connections again and again', async () => {
      for (let time = 0; time < 30; time++) {
        for (const network of networks()) network.reset();
        await stand.fleet.untilServed(MACHINES);
      }
      await stand.expectRecovery();
    });

    it('deletes queues again and again', async () => {
      for (let time = 0; time < 5; time++) {
        await stand.broker.deleteQueue(stand.queue);
        await stand.broker.deleteQueue(await stand.replyQueue());
        await stand.fleet.untilServed(MACHINES);
      }
      await stand.expectRecovery();
    });

    it('hangs, with ten times the load', async () => {
      stand.fleet.startLoad(9 * MACHINES);
      stand.broker.suspend();
      await stand.fleet.untilRefused(20 * MACHINES);
      stand.broker.resume();
      await stand.expectRecovery();
    });

    it('takes no messages for long, for lack of memory', async () => {
      await stand.broker.runOutOfMemory();
      await stand.fleet.untilRefused(TIMES / 4);
      await stand.broker.haveMemory();
      await stand.expectRecovery();
    });

    it('is restarted again and again, and the conductor is', async () => {
      for (let time = 0; time < 5; time++) {
        await stand.broker.kill();
        await stand.fleet.untilRefused(MACHINES);
        await stand.broker.restart();
        await stand.fleet.untilServed(MACHINES);
        await stand.killConductor();
        await stand.fleet.untilRefused(MACHINES);
        await stand.startConductor();
        await stand.fleet.untilServed(MACHINES);
      }
      await stand.expectRecovery();
    });
  });

  describe('carries what a conductor should not send', () => {
    let rogue: RogueOsloConductor;
    let fleet: Fleet;

    before(async () => {
      const {deployment, broker, api} = stand;
      await deployment.register({hostname: ROGUE, conductorGroup: ROGUE});
      await deployment.addNode({macs: [ROGUE_MAC], conductorGroup: ROGUE});
      rogue = await RogueOsloConductor.start(broker, ROGUE, () => {});
      fleet = new Fleet(api.port, [
        {target: `/v1/boot/${ROGUE_MAC}/boot.ipxe`, script: ''},
      ]);
    });
    beforeEach(() => {
      stand.log = new RequestLog(stand.api, stand.api.requestLog.length);
    });
    afterEach(async () => {
      expect(await stand.fleet.ask()).to.be.true();
      expectSoundAnswers(fleet.takeBook());
      await stand.expectFootprints();
    });
    after(() => rogue?.stop());

    it('100 MB', async () => {
      const size = 100 * MEGABYTE;
      rogue.roguery = ({reply, msgId}) =>
        reply(osloReply(msgId, {result: 'x'.repeat(size)}));
      for (let time = 0; time < 3; time++) {
        expect(await fleet.ask()).to.be.false();
      }
      const lines = await stand.log.next(3);
      for (const {reason} of lines) {
        // Behind it, the broker itself is out of reach for a moment.
        expect(reason).to.match(/^conductor_/);
      }
      await stand.fleet.timeUntilBack();
    });

    it(`nonsense (${TIMES} times)`, async () => {
      rogue.roguery = ({reply, msgId}) =>
        reply(osloReply(msgId, {failure: '}'}));
      await ask(TIMES);
      const [{reason}] = await stand.log.next(1);
      expect(reason).to.equal('conductor_error');
    });

    it(`replies to nobody (${TIMES} for one call)`, async () => {
      rogue.roguery = async ({reply, msgId}) => {
        const other = osloReply('0'.repeat(32), {result: '#!ipxe\n'});
        for (let time = 0; time < TIMES; time++) await reply(other);
        await reply(osloReply(msgId, {failure: '}'}));
      };
      await ask(1);
      const [{reason}] = await stand.log.next(1);
      expect(reason).to.be.oneOf('conductor_error', 'conductor_timeout');
    });

    it('late replies', async () => {
      rogue.roguery = ({reply, msgId}) => {
        const late = osloReply(msgId, {result: '#!ipxe\n'});
        setTimeout(() => void reply(late), 2500);
      };
      await ask(MACHINES);
      const calls = rogue.calls;
      const [{reason}] = await stand.log.next(1);
      expect(reason).to.equal('conductor_timeout');
      // One of them asks it again, which spares the others the wait.
      await ask(MACHINES);
      expect(rogue.calls).to.be.above(calls);
    });

    async function ask(times: number): Promise<void> {
      for (let asked = 0; asked < times; asked += MACHINES) {
        expect(await fleet.burst(Math.min(MACHINES, times))).to.equal(0);
      }
    }
  });

  function networks() {
    return [stand.apiNetwork, stand.conductorNetwork];
  }
});
