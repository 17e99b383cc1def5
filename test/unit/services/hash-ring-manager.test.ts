import {expect, sinon} from '@loopback/testlab';
import {
  BootConfigConfig,
  BootConfigError,
  Conductor,
  ConductorRepository,
  HashRing,
  HashRingManager,
  Node,
  resolveOptions,
} from '../../../src';

const UUIDS = [
  'c916d9e9-de5a-59df-b1f1-a004bc4913ad',
  '7241b85d-5088-5af0-9beb-852d826f7cf5',
  'd434ce1e-1420-50c1-b3c2-23b4904f153b',
  '495f2605-c14e-50ac-ac8e-e5e1c63a5647',
  '5a50e5e4-55e3-53d5-9808-48c6f0351992',
];

const NOW = Date.parse('2026-11-22T20:00:00Z');
const UP = () => new Date(Date.now());

function nodeOf(properties: Partial<Node> = {}): Node {
  return new Node({
    id: 1,
    uuid: UUIDS[0],
    driver: 'redfish',
    conductorGroup: '',
    ...properties,
  });
}

/** A repository whose answers the test decides. */
class StubConductors implements ConductorRepository {
  calls = 0;
  rows: Conductor[] = [];
  answer: () => Promise<Conductor[]> = async () => this.rows;

  async findAll(_signal: AbortSignal): Promise<Conductor[]> {
    this.calls++;
    return this.answer();
  }

  add(properties: Partial<Conductor>): void {
    this.rows = [
      ...this.rows,
      {
        id: this.rows.length + 1,
        hostname: `conductor-${this.rows.length + 1}`,
        conductorGroup: '',
        online: true,
        heartbeatAt: UP(),
        hardwareTypes: ['redfish'],
        ...properties,
      },
    ];
  }
}

describe('HashRingManager', () => {
  let clock: sinon.SinonFakeTimers;
  let conductors: StubConductors;

  beforeEach(() => {
    clock = sinon.useFakeTimers({now: NOW, toFake: ['Date', 'performance']});
    // A reading of 0 would tell a fresh snapshot from no other.
    clock.tick(1);
    conductors = new StubConductors();
  });
  afterEach(() => clock.restore());

  function givenManager(config: BootConfigConfig = {}): HashRingManager {
    return new HashRingManager(resolveOptions(config), conductors);
  }

  /** Owners of all nodes, of whom each is asked for by itself. */
  async function ownersBy(manager: HashRingManager): Promise<string[]> {
    const routes = await Promise.all(
      UUIDS.map(uuid => manager.routeOf(nodeOf({uuid}))),
    );
    return routes.map(route => route.owner);
  }

  function expectNoConductor(route: Promise<unknown>) {
    return expect(route).to.be.rejectedWith(BootConfigError, {
      reason: 'no_conductor',
    });
  }

  describe('the owner of a node', () => {
    it('is the one on the ring of the live conductors', async () => {
      conductors.add({hostname: 'a'});
      conductors.add({hostname: 'b'});
      conductors.add({hostname: 'c'});
      const ring = new HashRing(['a', 'b', 'c'], {
        partitionExponent: 5,
        algorithm: 'md5',
      });
      expect(await ownersBy(givenManager())).to.eql(
        UUIDS.map(uuid => ring.ownerOf(uuid)),
      );
    });

    it('follows the configured partitions and algorithm', async () => {
      conductors.add({hostname: 'a'});
      conductors.add({hostname: 'b'});
      const ring = new HashRing(['a', 'b'], {
        partitionExponent: 1,
        algorithm: 'sha256',
      });
      const manager = givenManager({
        DEFAULT: {hash_partition_exponent: 1, hash_ring_algorithm: 'sha256'},
      });
      expect(await ownersBy(manager)).to.eql(
        UUIDS.map(uuid => ring.ownerOf(uuid)),
      );
    });

    it('is a conductor of its group', async () => {
      conductors.add({hostname: 'a', conductorGroup: ''});
      conductors.add({hostname: 'b', conductorGroup: 'rack-1'});
      const manager = givenManager();
      const node = nodeOf({conductorGroup: 'rack-1'});
      expect(await manager.routeOf(node)).to.have.property('owner', 'b');
      expect(await ownersBy(manager)).to.eql(UUIDS.map(() => 'a'));
    });

    it('is a conductor that can drive it', async () => {
      conductors.add({hostname: 'a', hardwareTypes: ['ipmi', 'ilo']});
      conductors.add({hostname: 'b', hardwareTypes: ['redfish', 'ilo']});
      const manager = givenManager();
      expect(await ownersBy(manager)).to.eql(UUIDS.map(() => 'b'));
      const ipmi = nodeOf({driver: 'ipmi'});
      expect(await manager.routeOf(ipmi)).to.have.property('owner', 'a');
    });

    it('is nobody for another group or driver, or none', async () => {
      conductors.add({});
      const manager = givenManager();
      for (const node of [
        nodeOf({conductorGroup: 'rack-1'}),
        nodeOf({driver: 'ipmi'}),
        nodeOf({driver: null}),
      ]) {
        await expectNoConductor(manager.routeOf(node));
      }
    });

    it('is nobody without any conductor, which the error tells', async () => {
      await expect(
        givenManager().routeOf(nodeOf({conductorGroup: 'rack-1'})),
      ).to.be.rejectedWith(
        `no live conductor for node ${UUIDS[0]} (conductor group "rack-1", driver redfish)`,
      );
    });
  });

  describe('a live conductor', () => {
    it('is online', async () => {
      conductors.add({online: false});
      await expectNoConductor(givenManager().routeOf(nodeOf()));
    });

    it('sent a heartbeat within heartbeat_timeout', async () => {
      conductors.add({
        hostname: 'a',
        heartbeatAt: new Date(Date.now() - 60000),
      });
      conductors.add({
        hostname: 'b',
        heartbeatAt: new Date(Date.now() - 60001),
      });
      expect(await ownersBy(givenManager())).to.eql(UUIDS.map(() => 'a'));
    });

    it('follows the configured heartbeat_timeout', async () => {
      conductors.add({heartbeatAt: new Date(Date.now() - 10001)});
      const manager = givenManager({conductor: {heartbeat_timeout: 10}});
      await expectNoConductor(manager.routeOf(nodeOf()));
    });

    it('needs no heartbeat with heartbeat_timeout 0', async () => {
      conductors.add({hostname: 'a', heartbeatAt: new Date(0)});
      conductors.add({hostname: 'b', online: false});
      const manager = givenManager({conductor: {heartbeat_timeout: 0}});
      expect(await ownersBy(manager)).to.eql(UUIDS.map(() => 'a'));
    });

    it('is told to whoever asks for all of them', async () => {
      conductors.add({hostname: 'a'});
      conductors.add({hostname: 'b', online: false});
      conductors.add({hostname: 'c', heartbeatAt: new Date(0)});
      conductors.add({hostname: 'd', conductorGroup: 'rack-1'});
      const manager = givenManager();
      const live = await manager.liveConductors();
      expect(live.map(({hostname}) => hostname)).to.eql(['a', 'd']);
      await manager.routeOf(nodeOf());
      expect(conductors.calls).to.equal(1);
    });

    it('may have a clock that runs ahead', async () => {
      conductors.add({heartbeatAt: new Date(Date.now() + 3600000)});
      await givenManager().routeOf(nodeOf());
    });
  });

  describe('the further conductors of a route', () => {
    it('are the one that prepared the node, and all others', async () => {
      for (const hostname of ['a', 'b', 'c', 'd']) conductors.add({hostname});
      conductors.add({hostname: 'e', conductorGroup: 'rack-1'});
      const manager = givenManager();
      const {owner} = await manager.routeOf(nodeOf());
      const affinity = owner === 'a' ? 'b' : 'a';
      const route = await manager.routeOf(
        nodeOf({
          conductorAffinity: conductors.rows.find(c => c.hostname === affinity)!
            .id,
        }),
      );
      expect(route.affinity).to.equal(affinity);
      expect([...route.others].sort()).to.eql(
        ['a', 'b', 'c', 'd'].filter(h => h !== owner && h !== affinity),
      );
    });

    it('include the one that prepared the node even if it is dead', async () => {
      conductors.add({hostname: 'a'});
      conductors.add({id: 7, hostname: 'b', online: false});
      const route = await givenManager().routeOf(
        nodeOf({conductorAffinity: 7}),
      );
      expect(route).to.eql({owner: 'a', affinity: 'b', others: []});
    });

    for (const conductorAffinity of [null, undefined, 99]) {
      it(`are the others alone with affinity ${conductorAffinity}`, async () => {
        conductors.add({hostname: 'a'});
        const route = await givenManager().routeOf(nodeOf({conductorAffinity}));
        expect(route).to.eql({owner: 'a', affinity: undefined, others: []});
      });
    }
  });

  describe('the cache', () => {
    it('asks the database once within hash_ring_reset_interval', async () => {
      conductors.add({});
      const manager = givenManager();
      await ownersBy(manager);
      clock.tick(14999);
      await ownersBy(manager);
      expect(conductors.calls).to.equal(1);
    });

    it('asks anew after it, and then sees who has come and gone', async () => {
      conductors.add({hostname: 'a'});
      const manager = givenManager({DEFAULT: {hash_ring_reset_interval: '2'}});
      await ownersBy(manager);
      conductors.rows = [];
      conductors.add({hostname: 'b'});
      clock.tick(1999);
      expect(await ownersBy(manager)).to.eql(UUIDS.map(() => 'a'));
      clock.tick(1);
      expect(await ownersBy(manager)).to.eql(UUIDS.map(() => 'b'));
      expect(conductors.calls).to.equal(2);
    });

    it('drops a conductor that stopped sending heartbeats', async () => {
      conductors.add({hostname: 'a'});
      const manager = givenManager();
      await ownersBy(manager);
      clock.tick(60001);
      await expectNoConductor(manager.routeOf(nodeOf()));
    });

    it('asks for each request with interval 0', async () => {
      conductors.add({});
      const manager = givenManager({DEFAULT: {hash_ring_reset_interval: 0}});
      await manager.routeOf(nodeOf());
      await manager.routeOf(nodeOf());
      expect(conductors.calls).to.equal(2);
    });

    it('looks once more for a node that nobody drives', async () => {
      conductors.add({hostname: 'a'});
      const manager = givenManager();
      await manager.routeOf(nodeOf());
      conductors.add({hostname: 'b', conductorGroup: 'rack-1'});
      clock.tick(1);
      const node = nodeOf({conductorGroup: 'rack-1'});
      expect(await manager.routeOf(node)).to.have.property('owner', 'b');
      expect(conductors.calls).to.equal(2);
    });

    it('looks once more and no oftener', async () => {
      conductors.add({});
      const manager = givenManager();
      await manager.routeOf(nodeOf());
      clock.tick(1);
      await expectNoConductor(manager.routeOf(nodeOf({driver: 'ipmi'})));
      expect(conductors.calls).to.equal(2);
    });

    it('does not look twice when it has only just looked', async () => {
      const manager = givenManager();
      await expectNoConductor(manager.routeOf(nodeOf()));
      expect(conductors.calls).to.equal(1);
    });

    it('does one query for all who ask at a time', async () => {
      let answer!: (rows: Conductor[]) => void;
      conductors.answer = () => new Promise(resolve => (answer = resolve));
      const manager = givenManager();
      const owners = ownersBy(manager);
      conductors.add({hostname: 'a'});
      answer(conductors.rows);
      expect(await owners).to.eql(UUIDS.map(() => 'a'));
      expect(conductors.calls).to.equal(1);
    });

    it('does one query for all misses at a time', async () => {
      conductors.add({hostname: 'a'});
      const manager = givenManager();
      await manager.routeOf(nodeOf());
      clock.tick(1);
      const misses = UUIDS.map(uuid =>
        manager.routeOf(nodeOf({uuid, driver: 'ipmi'})),
      );
      await Promise.all(misses.map(expectNoConductor));
      expect(conductors.calls).to.equal(2);
    });

    it('fails for all who asked, and asks anew the next time', async () => {
      const failure = new BootConfigError('database_unavailable', 'down');
      conductors.answer = async () => {
        throw failure;
      };
      const manager = givenManager();
      const [first, second] = [
        manager.routeOf(nodeOf()),
        manager.routeOf(nodeOf()),
      ];
      await expect(first).to.be.rejectedWith(failure);
      await expect(second).to.be.rejectedWith(failure);
      expect(conductors.calls).to.equal(1);

      conductors.answer = async () => conductors.rows;
      conductors.add({hostname: 'a'});
      expect(await ownersBy(manager)).to.eql(UUIDS.map(() => 'a'));
    });

    it('gives the database no longer than a request has', async () => {
      let signal!: AbortSignal;
      const timeout = sinon.spy(AbortSignal, 'timeout');
      try {
        const findAll = sinon.stub(conductors, 'findAll');
        findAll.callsFake(async given => {
          signal = given;
          return [];
        });
        const manager = givenManager({boot_config: {request_timeout: 2.5}});
        await expectNoConductor(manager.routeOf(nodeOf()));
        sinon.assert.calledOnceWithExactly(timeout, 2500);
        expect(signal).to.equal(timeout.firstCall.returnValue);
      } finally {
        timeout.restore();
      }
    });
  });

  describe('a fresh route', () => {
    let manager: HashRingManager;

    beforeEach(async () => {
      conductors.add({hostname: 'a'});
      manager = givenManager();
      await manager.routeOf(nodeOf());
      conductors.rows = [];
    });

    it('is one by a ring of the last second', async () => {
      conductors.add({hostname: 'b'});
      clock.tick(999);
      expect(await manager.freshRouteOf(nodeOf())).to.have.property(
        'owner',
        'a',
      );
      clock.tick(1);
      expect(await manager.freshRouteOf(nodeOf())).to.have.property(
        'owner',
        'b',
      );
      expect(conductors.calls).to.equal(2);
    });

    it('is what others get from then on', async () => {
      conductors.add({hostname: 'b'});
      clock.tick(1000);
      await manager.freshRouteOf(nodeOf());
      expect(await ownersBy(manager)).to.eql(UUIDS.map(() => 'b'));
      expect(conductors.calls).to.equal(2);
    });

    it('costs one query for all who ask at a time', async () => {
      clock.tick(1000);
      let answer!: (rows: Conductor[]) => void;
      conductors.answer = () => new Promise(resolve => (answer = resolve));
      const routes = UUIDS.map(uuid => manager.freshRouteOf(nodeOf({uuid})));
      conductors.add({hostname: 'b'});
      clock.tick(500);
      routes.push(manager.freshRouteOf(nodeOf()));
      answer(conductors.rows);
      for (const route of await Promise.all(routes)) {
        expect(route).to.have.property('owner', 'b');
      }
      expect(conductors.calls).to.equal(2);
    });

    it('is none when no conductor is left', async () => {
      clock.tick(1000);
      expect(await manager.freshRouteOf(nodeOf())).to.be.undefined();
    });

    it('costs no more queries when the database fails', async () => {
      conductors.answer = async () => {
        throw new BootConfigError('database_unavailable', 'down');
      };
      clock.tick(1000);
      await expect(manager.freshRouteOf(nodeOf())).to.be.rejected();
      expect(await manager.freshRouteOf(nodeOf())).to.have.property(
        'owner',
        'a',
      );
      expect(conductors.calls).to.equal(2);
    });
  });
});
