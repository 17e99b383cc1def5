import {expect} from '@loopback/testlab';
import {
  BootInterface,
  Node,
  NodeNotFound,
  Task,
  TaskManager,
  UnsupportedBoot,
} from '../../../src';
import {StubNodes} from './support/stub-nodes';

const UUID = '1be26c0b-03f2-4d2e-ae87-c02d7f33c10d';

class StubBoot extends BootInterface {
  constructor(readonly names: string[]) {
    super();
  }
}

describe('TaskManager', () => {
  const ipxe = new StubBoot(['ipxe', 'ilo-ipxe']);
  const vendor = new StubBoot(['vendor-ipxe']);
  const {signal} = new AbortController();
  let nodes: StubNodes;

  describe('finds a node', () => {
    for (const [what, nodeId, ident] of [
      ['by UUID', UUID, UUID],
      ['by integer id', 13, 13],
      ['by integer id as text', '13', 13],
    ] as const) {
      it(what, async () => {
        const {node} = await acquire({nodeId});
        expect(node.uuid).to.eql(UUID);
        expect(nodes.idents).to.eql([ident]);
      });
    }

    for (const nodeId of [
      '00000000-0000-0000-0000-000000000000',
      14,
      '14',
      0,
      -13,
      13.5,
      '013',
      ' 13',
      '+13',
      '13.0',
      '0xd',
      '1e1',
      '',
      'node-13',
      '9'.repeat(40),
    ]) {
      it(`or tells that there is none, ${JSON.stringify(nodeId)}`, async () => {
        await expect(acquire({nodeId})).to.be.rejectedWith(NodeNotFound, {
          name: 'NodeNotFound',
          code: 404,
          message: `Node ${nodeId} could not be found.`,
        });
      });
    }
  });

  describe('finds the boot interface', () => {
    for (const [name, boot] of [
      ['ipxe', ipxe],
      ['ilo-ipxe', ipxe],
      ['vendor-ipxe', vendor],
    ] as const) {
      it(`of a node with ${name}`, async () => {
        expect((await acquire({bootInterface: name})).boot).to.be.exactly(boot);
      });
    }

    for (const name of ['pxe', 'IPXE', '', null]) {
      it(`or takes one that has nothing, with ${JSON.stringify(name)}`, async () => {
        const {boot} = await acquire({bootInterface: name});
        expect(boot).to.be.instanceOf(UnsupportedBoot);
      });
    }
  });

  describe('makes a task', () => {
    it('that has the context, the signal and a shared lock', async () => {
      const context = {request_id: 'req-1'};
      const task = await acquire({context});
      expect(task.shared).to.be.true();
      expect(task.context).to.be.exactly(context);
      expect(task.signal).to.be.exactly(signal);
    });

    it('that reads the ports when asked for, and once', async () => {
      const task = await acquire();
      expect(nodes.portReads).to.eql(0);
      const [first, second] = await Promise.all([task.ports(), task.ports()]);
      expect(first.map(port => port.address)).to.eql(['52:54:00:00:00:0d']);
      expect(second).to.be.exactly(first);
      expect(await task.ports()).to.be.exactly(first);
      expect(nodes.portReads).to.eql(1);
    });

    it('whose reads end with the signal', async () => {
      await (await acquire()).ports();
      expect(nodes.signals).to.have.length(2);
      for (const passed of nodes.signals) {
        expect(passed).to.be.exactly(signal);
      }
    });
  });

  async function acquire({
    nodeId = UUID,
    bootInterface = 'ipxe',
    context = {},
  }: {
    nodeId?: string | number;
    bootInterface?: string | null;
    context?: object;
  } = {}): Promise<Task> {
    nodes = new StubNodes([
      new Node({id: 13, uuid: UUID, driver: 'ipmi', bootInterface}),
    ]);
    const manager = new TaskManager(nodes.repository, async () => [
      ipxe,
      vendor,
    ]);
    return manager.acquireShared(context as Task['context'], nodeId, signal);
  }
});
