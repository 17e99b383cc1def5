import {expect, sinon} from '@loopback/testlab';
import {
  BootConfigConfig,
  BootConfigError,
  BootConfigRequest,
  BootConfigService,
  BootTrace,
  Deadline,
  Node,
  NodeRepository,
  resolveOptions,
  RpcService,
} from '../../../src';

const SCRIPT = Buffer.from('#!ipxe\nboot\n');
const REQUEST: BootConfigRequest = {
  mac: '52-54-00-AB-CD-EF',
  name: 'boot.ipxe',
  sourceAllowed: true,
  trace: new BootTrace(),
};

describe('BootConfigService', () => {
  let deadline: Deadline;
  let findByMac: sinon.SinonStub;
  let rpc: {getBootConfig: sinon.SinonStub};
  let node: Node;

  beforeEach(() => {
    deadline = new Deadline(60000);
    node = new Node({
      id: 13,
      uuid: '1be26c0b-03f2-4d2e-ae87-c02d7f33c10d',
      provisionState: 'wait call-back',
    });
    findByMac = sinon.stub().resolves(node);
    rpc = {
      getBootConfig: sinon.stub().resolves({
        script: SCRIPT,
        conductor: 'conductor-a',
        isOwner: true,
      }),
    };
  });
  afterEach(() => deadline.clear());

  function ask(
    request: Partial<BootConfigRequest> = {},
    config: BootConfigConfig = {},
  ) {
    const nodes = {findByMac} as unknown as NodeRepository;
    return new BootConfigService(
      resolveOptions(config),
      nodes,
      rpc as unknown as RpcService,
    ).getBootConfig({...REQUEST, ...request}, deadline);
  }

  function expectReason(answer: Promise<unknown>, reason: string) {
    return expect(answer).to.be.rejectedWith(BootConfigError, {reason});
  }

  it('gets from a MAC address to the script of its node', async () => {
    expect(await ask()).to.eql({
      script: SCRIPT,
      node,
      conductor: 'conductor-a',
      isOwner: true,
    });
    sinon.assert.calledOnceWithExactly(
      findByMac,
      '52:54:00:ab:cd:ef',
      deadline.signal,
    );
    sinon.assert.calledOnceWithExactly(
      rpc.getBootConfig,
      node,
      'boot.ipxe',
      REQUEST.trace,
      deadline,
    );
  });

  // In vain, so that the answer takes as long as that to an unknown one.
  for (const [reason, request] of Object.entries({
    mac_malformed: {mac: 'nonsense'},
    name_malformed: {name: '../config'},
    source_denied: {sourceAllowed: false},
  })) {
    it(`asks the database once, but not for a node, on ${reason}`, async () => {
      await expectReason(ask(request), reason);
      sinon.assert.calledOnceWithExactly(
        findByMac,
        '00:00:00:00:00:00',
        deadline.signal,
      );
      sinon.assert.notCalled(rpc.getBootConfig);
    });

    it(`tells ${reason} even if the database is down`, async () => {
      findByMac.rejects(new BootConfigError('database_unavailable', 'down'));
      await expectReason(ask(request), reason);
    });
  }

  it('asks no conductor about an unknown MAC address', async () => {
    findByMac.resolves(undefined);
    await expectReason(ask(), 'node_not_found');
    sinon.assert.notCalled(rpc.getBootConfig);
  });

  it('asks no conductor about a node that does not wait', async () => {
    node.provisionState = 'active';
    await expectReason(ask(), 'state_restricted');
    sinon.assert.notCalled(rpc.getBootConfig);
  });

  it('serves a node in any state with restrict_boot_config off', async () => {
    node.provisionState = 'active';
    const {script} = await ask({}, {api: {restrict_boot_config: false}});
    expect(script).to.equal(SCRIPT);
  });

  it('refuses an unsound script', async () => {
    rpc.getBootConfig.resolves({
      script: Buffer.from('<html>'),
      conductor: 'conductor-a',
      isOwner: true,
    });
    await expectReason(ask(), 'script_unsound');
  });

  it('refuses a script beyond max_script_size', async () => {
    await expectReason(
      ask({}, {boot_config: {max_script_size: SCRIPT.length - 1}}),
      'script_unsound',
    );
  });

  it('passes failures of the database and of the conductor on', async () => {
    const down = new BootConfigError('database_unavailable', 'down');
    findByMac.rejects(down);
    await expect(ask()).to.be.rejectedWith(down);

    findByMac.resolves(node);
    const gone = new BootConfigError('conductor_unreachable', 'gone');
    rpc.getBootConfig.rejects(gone);
    await expect(ask()).to.be.rejectedWith(gone);
  });
});
