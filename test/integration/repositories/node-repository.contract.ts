import {expect} from '@loopback/testlab';
import {BootConfigError, Node} from '../../../src';
import {Backend, FilledStore} from './backends';
import {
  bareNode,
  commonSample,
  onePortNode,
  portlessNode,
  Sample,
  SampleNode,
  tableSample,
  twoPortNode,
  UNKNOWN_MAC,
  UNKNOWN_UUID,
} from './sample';

const [FIRST_MAC, SECOND_MAC] = twoPortNode.macs;
const OTHER_MAC = onePortNode.macs[0];

/** A signal that does not fire. */
function openEnd(): AbortSignal {
  return new AbortController().signal;
}

/**
 * What every NodeRepository does.
 *
 * @param tables - whether it stands on tables with Ironic's columns, which may
 *   be null, and is asked over a signal
 */
export function nodeRepositoryContract(
  backend: Backend,
  {tables}: {tables: boolean},
): void {
  const sample: Sample = tables ? tableSample : commonSample;
  let store: FilledStore;

  before(async () => {
    store = await backend(sample);
  });
  after(async () => store?.stop());

  /** What the repository has to return for a node of the sample. */
  async function expectNode(actual: Node | undefined, expected: SampleNode) {
    const {uuid, name, driver, conductorGroup, bootInterface} = expected;
    const conductors = await store.conductors.findAll(openEnd());
    const affinity = conductors.find(c => c.hostname === expected.affinity);
    expect({...actual}).to.eql({
      id: actual?.id,
      uuid,
      name,
      driver,
      conductorGroup,
      provisionState: expected.provisionState,
      conductorAffinity: affinity?.id ?? null,
      bootInterface,
    });
    expect(actual).to.be.instanceof(Node);
    expect(actual!.id).to.be.a.Number();
  }

  it('finds a node by the MAC address of any of its ports', async () => {
    for (const mac of twoPortNode.macs) {
      await expectNode(
        await store.nodes.findByMac(mac, openEnd()),
        twoPortNode,
      );
    }
  });

  it('finds each node by its own', async () => {
    const found = await store.nodes.findByMac(OTHER_MAC, openEnd());
    await expectNode(found, onePortNode);
  });

  it('finds no node by a MAC address that no port has', async () => {
    const found = await store.nodes.findByMac(UNKNOWN_MAC, openEnd());
    expect(found).to.be.undefined();
  });

  it('takes a MAC address for nothing but itself', async () => {
    for (const mac of ['', '%', '52:54:00:00:00:0_', `${FIRST_MAC}0`, "'"]) {
      expect(await store.nodes.findByMac(mac, openEnd())).to.be.undefined();
    }
  });

  it('finds a node by its UUID', async () => {
    for (const node of sample.nodes) {
      await expectNode(
        await store.nodes.findByIdent(node.uuid, openEnd()),
        node,
      );
    }
  });

  it('finds a node by its id', async () => {
    for (const node of sample.nodes) {
      const {id} = (await store.nodes.findByIdent(node.uuid, openEnd()))!;
      await expectNode(await store.nodes.findByIdent(id, openEnd()), node);
    }
  });

  it('finds no node by a UUID or an id that none has', async () => {
    for (const ident of [UNKNOWN_UUID, '', '1', 0, -1, 4711]) {
      expect(await store.nodes.findByIdent(ident, openEnd())).to.be.undefined();
    }
  });

  it('finds the ports of a node in the order of their ids', async () => {
    const node = (await store.nodes.findByMac(SECOND_MAC, openEnd()))!;
    const ports = await store.nodes.findPorts(node, openEnd());
    expect(ports.map(({address}) => address)).to.eql(twoPortNode.macs);
    expect(ports.map(({nodeId}) => nodeId)).to.eql([node.id, node.id]);
    expect(ports[0].id).to.be.below(ports[1].id);
  });

  it('finds no ports of a node without any', async () => {
    const node = await store.nodes.findByIdent(portlessNode.uuid, openEnd());
    expect(await store.nodes.findPorts(node!, openEnd())).to.be.empty();
  });

  it('answers many at a time, each with its own', async () => {
    const macs = Array.from({length: 100}, (_, i) =>
      i % 2 ? FIRST_MAC : OTHER_MAC,
    );
    const found = await Promise.all(
      macs.map(mac => store.nodes.findByMac(mac, openEnd())),
    );
    expect(found.map(node => node?.uuid)).to.eql(
      macs.map(mac =>
        mac === FIRST_MAC ? twoPortNode.uuid : onePortNode.uuid,
      ),
    );
  });

  if (!tables) return;

  it('finds a node whose columns are null where they may be', async () => {
    const found = await store.nodes.findByMac(bareNode.macs[0], openEnd());
    await expectNode(found, bareNode);
  });

  it('asks nothing when its signal has fired already', async () => {
    const aborted = AbortSignal.abort();
    const node = new Node({id: 1});
    for (const answer of [
      store.nodes.findByMac(FIRST_MAC, aborted),
      store.nodes.findByIdent(twoPortNode.uuid, aborted),
      store.nodes.findPorts(node, aborted),
    ]) {
      await expect(answer).to.be.rejectedWith(BootConfigError, {
        reason: 'database_unavailable',
      });
    }
  });
}
