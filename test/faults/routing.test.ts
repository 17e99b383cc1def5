import {expect} from '@loopback/testlab';
import {Api, LogLine} from '../acceptance/system/support';
import {eventually} from '../support/eventually';
import {
  expectSoundAnswers,
  failuresOf,
  Fleet,
  Machine,
  Member,
  returnsOf,
  RoutingStand,
} from './support';

const LOAD = 6;
const NODES = 6;

// While the owner is out of reach.
const REQUESTS = 200;

// Of calling it, in vain, at least.
const ATTEMPTS = 2;

describe('serve, with conductors that come and go', function () {
  this.timeout(60_000);

  let stand: RoutingStand;
  let all: Member[];
  /** Which the tests are about. */
  let owner: Member;
  let second: Member;
  let third: Member;
  const apis: Api[] = [];
  let fleet: Fleet | undefined;

  before(async () => {
    stand = await RoutingStand.create({registered: 2});
    all = stand.members;
    [owner, second, third] = all;
  });
  afterEach(async () => {
    for (const {conductor} of all) conductor.process.kill('SIGCONT');
    await fleet?.stopLoad();
    fleet = undefined;
  });
  after(() => stand?.remove());

  async function startApi(
    ...[sections]: Parameters<RoutingStand['startApi']>
  ): Promise<Api> {
    const api = await stand.startApi(sections);
    apis.push(api);
    return api;
  }

  it('serves nodes that a conductor takes over when it joins', async () => {
    const machines = await stand.addNodes(NODES, {
      owners: [
        [[owner, second], owner],
        [all, third],
      ],
      preparedBy: owner,
      on: [owner],
    });
    const api = await startApi({DEFAULT: {hash_ring_reset_interval: 1}});
    fleet = new Fleet(api.port, machines);
    fleet.startLoad(LOAD);
    await fleet.untilServed(NODES);
    await untilLastServed(api, {
      conductor: owner.hostname,
      owner: true,
    });

    await stand.join(third);
    await eventually(
      'the new conductor is asked',
      () => third.relay.calls > LOAD,
    );
    await fleet.untilServed(NODES);
    await fleet.stopLoad();

    const book = fleet.takeBook();
    expectSoundAnswers(book);
    expect(book.refused).to.equal(0);
    await untilLastServed(api, {
      conductor: owner.hostname,
      owner: false,
      ring_owner: third.hostname,
      owner_failure: 'config_not_found',
    });
    const metrics = await fetch(`http://127.0.0.1:${api.opsPort}/metrics`);
    expect(await metrics.text()).to.match(
      /^boot_config_scripts_served_total\{from="other"\} [1-9]/m,
    );
    expect(failuresOf(api, third)).to.be.empty();
  });

  for (const fallback of ['none', 'affinity', 'any']) {
    describe(`and fallback = ${fallback}`, () => {
      let api: Api;
      let prepared: Machine[];
      let unprepared: Machine[];

      before(async () => {
        const owners: [Member[], Member][] = [[all, owner]];
        prepared = await stand.addNodes(NODES, {
          owners,
          preparedBy: second,
          on: all,
        });
        unprepared = await stand.addNodes(NODES, {owners, on: all});
        api = await startApi({boot_config: {fallback}});
      });

      it('an owner that was killed is asked each time, as that costs nothing', async () => {
        owner.conductor.process.kill('SIGKILL');
        await owner.conductor.process.exited;
        await expectOwnerAskedInVain('conductor_unreachable');
        await stand.restart(owner);
        fleet!.startLoad(LOAD);
        await fleet!.untilServed(REQUESTS);
        await fleet!.stopLoad();
        expectSoundAnswers(fleet!.takeBook());
        await untilLastServed(api, {conductor: owner.hostname, owner: true});
        expect(failuresOf(api, owner)).to.be.empty();
      });

      it('an owner that hangs costs the first requests some time', async () => {
        owner.conductor.process.kill('SIGSTOP');
        await expectOwnerPassedOver('conductor_timeout');
        owner.conductor.process.kill('SIGCONT');
        await expectOwnerBack();
      });

      async function expectOwnerPassedOver(reason: string): Promise<void> {
        const known = failuresOf(api, owner).length;
        fleet = new Fleet(api.port, [...prepared, ...unprepared]);
        fleet.startLoad(LOAD);
        await eventually(
          'the owner is found to be out of reach',
          () => failuresOf(api, owner).length > known,
        );
        // Those that began before.
        await untilAnswered(LOAD);

        const failed = failuresOf(api, owner).length;
        const {calls} = owner.relay;
        const logged = api.requestLog.length;
        await untilAnswered(REQUESTS);
        await eventually(
          'the owner is tried again, in vain',
          () => failuresOf(api, owner).length >= failed + ATTEMPTS,
        );
        await fleet.stopLoad();
        expectSoundAnswers(fleet.takeBook());

        const called = owner.relay.calls - calls;
        await eventually(
          'each call of the owner is an attempt of its own',
          () => failuresOf(api, owner).length - failed >= called,
        );
        expectLogged(api.requestLog.slice(logged), reason);
      }

      async function expectOwnerAskedInVain(reason: string): Promise<void> {
        fleet = new Fleet(api.port, [...prepared, ...unprepared]);
        const {calls} = owner.relay;
        const logged = api.requestLog.length;
        fleet.startLoad(LOAD);
        await untilAnswered(REQUESTS);
        await fleet.stopLoad();
        expectSoundAnswers(fleet.takeBook());
        expect(owner.relay.calls - calls).to.be.aboveOrEqual(REQUESTS);
        await eventually(
          'all are logged',
          () => api.requestLog.length - logged >= REQUESTS,
        );
        expectLogged(api.requestLog.slice(logged), reason);
      }

      async function untilAnswered(more: number): Promise<void> {
        const enough = fleet!.answered + more;
        await eventually(
          `${more} more requests are answered`,
          () => fleet!.answered >= enough,
        );
      }

      async function expectOwnerBack(): Promise<void> {
        const known = returnsOf(api, owner).length;
        fleet!.startLoad(LOAD);
        await eventually(
          'the owner is asked again',
          () => returnsOf(api, owner).length > known,
        );
        await untilAnswered(LOAD);
        const {calls} = owner.relay;
        await fleet!.untilServed(REQUESTS);
        await fleet!.stopLoad();
        expect(owner.relay.calls - calls).to.be.aboveOrEqual(REQUESTS - LOAD);
        expectSoundAnswers(fleet!.takeBook());
        await untilLastServed(api, {
          conductor: owner.hostname,
          owner: true,
        });
      }

      /** In place of the owner answers whoever may, or nobody. */
      function expectLogged(lines: LogLine[], reason: string): void {
        const outcomes = new Map<string, Set<string>>();
        for (const {mac, conductor, reason: refused, ...line} of lines) {
          if (!refused) {
            expect(line).to.containEql({
              owner: false,
              ring_owner: owner.hostname,
              owner_failure: reason,
            });
          }
          const outcome = String(conductor ?? refused);
          const known = outcomes.get(String(mac)) ?? new Set();
          outcomes.set(String(mac), known.add(outcome));
        }
        const expected = {
          none: [[reason], [reason]],
          affinity: [[second.hostname], [reason]],
          any: [[second.hostname], [second.hostname, third.hostname]],
        }[fallback]!;
        for (const [group, machines] of [prepared, unprepared].entries()) {
          for (const {target} of machines) {
            const got = [...outcomes.get(target.split('/')[3])!];
            expect(expected[group]).to.containEql(got[0]);
            expect(got.length).to.equal(1);
          }
        }
      }
    });
  }

  describe('of which one takes its leave', () => {
    it('asks the next owner when one that left is out of reach', async () => {
      const machines = await stand.addNodes(NODES, {
        owners: [
          [all, owner],
          [[second, third], third],
        ],
        on: all,
      });
      const api = await startApi({
        DEFAULT: {hash_ring_reset_interval: 3600},
        boot_config: {fallback: 'none'},
      });
      fleet = new Fleet(api.port, machines);
      await fleet.burst(NODES);
      await untilLastServed(api, {conductor: owner.hostname});

      await stand.leave(owner);
      await owner.conductor.process.stop();
      await eventually('its nodes are served', async () => fleet!.ask());
      fleet.takeBook();
      expect(await fleet.burst(NODES)).to.equal(NODES);
      expectSoundAnswers(fleet.takeBook());
      await untilLastServed(api, {
        conductor: third.hostname,
        owner: true,
      });
    });

    it('ends no process', () => {
      for (const {process} of apis) expect(process.running).to.be.true();
      for (const {conductor} of [second, third]) {
        expect(conductor.process.running).to.be.true();
      }
    });
  });
});

/** Waits until the last request that is logged as served has these fields. */
async function untilLastServed(
  api: Api,
  fields: Record<string, unknown>,
): Promise<void> {
  await eventually(`served with ${JSON.stringify(fields)}`, () => {
    const last = api.requestLog.findLast(line => line.msg === 'served');
    return Object.entries(fields).every(([name, is]) => last?.[name] === is);
  });
}
