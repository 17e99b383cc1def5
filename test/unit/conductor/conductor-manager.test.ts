import {expect} from '@loopback/testlab';
import {
  resolveOptions,
  BootInterface,
  ConductorManager,
  Node,
  NodeNotFound,
  Task,
  TaskManager,
  UnsupportedDriverExtension,
} from '../../../src';
import {StubNodes} from './support/stub-nodes';

const UUID = '1be26c0b-03f2-4d2e-ae87-c02d7f33c10d';

class RecordingBoot extends BootInterface {
  readonly names = ['recording'];
  readonly asked: [Task, string][] = [];

  override async getBootConfig(task: Task, name: string): Promise<string> {
    this.asked.push([task, name]);
    return '#!ipxe\n';
  }

  validate(): never {
    throw new Error('what validate says would tell of the fields of a node');
  }
}

describe('ConductorManager', () => {
  const boot = new RecordingBoot();
  const nodes = new StubNodes([
    new Node({id: 1, uuid: UUID, driver: 'ipmi', bootInterface: 'recording'}),
    new Node({id: 2, uuid: 'other', driver: 'ipmi', bootInterface: 'pxe'}),
  ]);
  const manager = new ConductorManager(
    new TaskManager(nodes.repository, async () => [boot]),
    resolveOptions(),
  );

  it("returns what the node's boot interface has", async () => {
    const context = {request_id: 'req-1'};
    const {signal} = new AbortController();
    expect(await manager.getBootConfig(context, UUID, 'x', signal)).to.eql(
      '#!ipxe\n',
    );
    const [task, name] = boot.asked.pop()!;
    expect(name).to.eql('x');
    expect(task.node.uuid).to.eql(UUID);
    expect(task.context).to.be.exactly(context);
    expect(task.signal).to.be.exactly(signal);
  });

  it('ends its work in the time of a request when nobody says', async () => {
    await manager.getBootConfig({}, UUID, 'x');
    const [task] = boot.asked.pop()!;
    expect(task.signal).to.be.instanceOf(AbortSignal);
    expect(task.signal.aborted).to.be.false();
  });

  it('tells that there is no such node', async () => {
    await expect(manager.getBootConfig({}, 3, 'x')).to.be.rejectedWith(
      NodeNotFound,
    );
  });

  it('tells that the boot interface has nothing', async () => {
    await expect(manager.getBootConfig({}, 2, 'x')).to.be.rejectedWith(
      UnsupportedDriverExtension,
    );
  });
});
