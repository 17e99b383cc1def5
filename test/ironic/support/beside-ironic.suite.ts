import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {expect} from '@loopback/testlab';
import {
  Api,
  LogLine,
  notFound,
  request,
  served,
  Wire,
} from '../../acceptance/system/support';
import {eventually} from '../../support/eventually';
import {bootFirmware, Firmware} from '../../support/firmware';
import {uuidOf} from '../../support/ironic-data';
import {TestProcess} from '../../support/process';
import {startAgent} from './agents';
import {fileTree} from './file-tree';
import {API_ROOT, HOSTS, Ironic, IronicOptions} from './ironic';

interface EnrolledNode {
  macs: string[];
  /** The conductor that Ironic says it belongs to. */
  host: string;
  /** The file of its script, whether it is there or not. */
  scriptFile: string;
}

/** Enough of each for either conductor to have some. */
const DEPLOYED = ['deployed-1', 'deployed-2', 'deployed-3', 'deployed-4'];
const CLEANED = ['cleaned-1', 'cleaned-2', 'cleaned-3'];

/**
 * An API and two agents beside an unmodified Ironic.
 *
 * @param agentMissing - what is logged where a conductor has no agent
 */
export function describeBesideIronic(
  options: () => Promise<IronicOptions>,
  agentMissing: RegExp,
): void {
  let ironic: Ironic;
  const processes: TestProcess[] = [];
  let api: Api;
  let machine: Firmware | undefined;
  /** What was in the HTTP roots before agents came. */
  let untouched: string[][];
  let ports = 0;
  let deployed: EnrolledNode[];
  let cleaned: EnrolledNode[];
  let available: EnrolledNode;
  let active: EnrolledNode;

  before(async () => {
    ironic = await Ironic.start(await options());
    [deployed, cleaned, [available], [active]] = await Promise.all([
      Promise.all(DEPLOYED.map(deploy)),
      Promise.all(CLEANED.map(clean)),
      Promise.all([enrolAvailable('available')]),
      Promise.all([adopt('active')]),
    ]);
    untouched = await trees();
    const own = ['--config-file', ironic.ownConfFile];
    [api] = await Promise.all([
      // The port of [api] is that of the ironic-api on this machine.
      startApi(...own),
      ...ironic.conductors.map(async conductor => {
        processes.push(await startAgent(conductor, ...own));
      }),
    ]);
  });

  after(async () => {
    await machine?.stop();
    await Promise.all(processes.map(process => process.stop()));
    await ironic?.stop();
  });

  it('asks each conductor for the scripts of its nodes', async () => {
    for (const nodes of [deployed, cleaned]) {
      const log = await whileServing(nodes);
      expect(log.map(({conductor}) => conductor)).to.eql(
        nodes.flatMap(({macs, host}) => macs.map(() => host)),
      );
      const asked = new Set(log.map(({conductor}) => conductor));
      expect([...asked].sort()).to.eql(HOSTS);
    }
  });

  for (const [what, nodeOf] of [
    ['available', () => available],
    ['active', () => active],
  ] as const) {
    it(`answers the 404 for a node that is ${what}`, async () => {
      const {macs} = nodeOf();
      expect(await ask(api, macs)).to.eql(macs.map(() => notFound()));
      const log = await logOf(api, macs);
      expect(log.map(({reason}) => reason)).to.eql(
        macs.map(() => 'state_restricted'),
      );
    });
  }

  it('tells in the log where an agent is missing', async () => {
    const lonely = await startApi('--set', 'boot_config.ops_port=0');
    const [{macs}] = deployed;
    expect(await ask(lonely, macs)).to.eql(macs.map(() => notFound()));
    for (const {reason, msg} of await logOf(lonely, macs)) {
      expect(reason).to.equal('rpc_unsupported');
      expect(msg).to.match(agentMissing);
    }
  });

  it('boots a machine from the root script of another conductor', async () => {
    const [{macs, host}] = deployed;
    const own = ironic.conductor(host);
    const other = ironic.conductors.find(conductor => conductor !== own)!;
    own.server.served.length = 0;
    machine = bootFirmware({
      // The first NIC is not known.
      macs: ['52:54:00:ff:ff:ff', macs[1]],
      bootfile: `${other.httpUrl}/boot.ipxe`,
      forwards: {
        [`${new URL(API_ROOT).hostname}:80`]: api.port,
        [`${new URL(own.httpUrl).hostname}:80`]: own.server.port,
        [`${new URL(other.httpUrl).hostname}:80`]: other.server.port,
      },
    });
    // There is nothing in it that could be booted.
    await machine.waitFor(/deploy_kernel\.\.\. ok/);
    expect(other.server.served).to.containEql('/boot.ipxe');
    const uuid = path.basename(path.dirname(deployed[0].scriptFile));
    expect(own.server.served).to.containEql(`/${uuid}/deploy_kernel`);
  });

  it('has its root script handed out as it is', async () => {
    const script = await readFile(ironic.bootScript, 'utf8');
    expect(script).to.containEql(`${API_ROOT}/v1/boot/`);
    for (const {httpRoot} of ironic.conductors) {
      expect(await readFile(path.join(httpRoot, 'boot.ipxe'), 'utf8')).to.equal(
        script,
      );
    }
  });

  it('leaves the HTTP roots as they were', async () => {
    expect(await trees()).to.eql(untouched);
  });

  it('ends at the first signal', async () => {
    const exits = await Promise.all(processes.map(process => process.stop()));
    expect(exits).to.eql(exits.map(() => ({code: 0, signal: null})));
  });

  /** A node that waits for its ramdisk. */
  async function deploy(name: string): Promise<EnrolledNode> {
    return enrol(name, async uuid => {
      await ironic.client.provision(uuid, {target: 'provide'}, 'available');
      await ironic.client.provision(uuid, {target: 'active'}, 'wait call-back');
    });
  }

  async function clean(name: string): Promise<EnrolledNode> {
    const step = {interface: 'deploy', step: 'erase_devices_metadata'};
    return enrol(name, uuid =>
      ironic.client.provision(
        uuid,
        {target: 'clean', clean_steps: [step]},
        'clean wait',
      ),
    );
  }

  async function enrolAvailable(name: string): Promise<EnrolledNode> {
    return enrol(name, uuid =>
      ironic.client.provision(uuid, {target: 'provide'}, 'available'),
    );
  }

  async function adopt(name: string): Promise<EnrolledNode> {
    return enrol(
      name,
      uuid => ironic.client.provision(uuid, {target: 'adopt'}, 'active'),
      {deploy_interface: 'fake'},
    );
  }

  async function enrol(
    name: string,
    bring: (uuid: string) => Promise<void>,
    properties = {},
  ): Promise<EnrolledNode> {
    const macs = [newMac(), newMac()];
    const uuid = await ironic.enrol(uuidOf(name), macs, properties);
    await bring(uuid);
    const {conductor: host} = await ironic.client.node(uuid);
    const {httpRoot} = ironic.conductor(host);
    return {macs, host, scriptFile: path.join(httpRoot, uuid, 'config')};
  }

  function newMac(): string {
    ports += 1;
    return `52:54:00:00:00:${ports.toString(16).padStart(2, '0')}`;
  }

  async function startApi(...args: string[]): Promise<Api> {
    const [{confFile}] = ironic.conductors;
    const started = await Api.start(confFile, ...args, '--set', 'api.port=0');
    processes.push(started.process);
    return started;
  }

  /** Sees each node's script come for each of its MAC addresses. */
  async function whileServing(nodes: EnrolledNode[]): Promise<LogLine[]> {
    const scripts: string[] = [];
    for (const {macs, scriptFile} of nodes) {
      const script = await readFile(scriptFile, 'latin1');
      scripts.push(...macs.map(() => served(script)));
    }
    const macs = nodes.flatMap(node => node.macs);
    expect(await ask(api, macs)).to.eql(scripts);
    return logOf(api, macs);
  }

  async function ask({port}: Api, macs: string[]): Promise<string[]> {
    const wire = await Wire.open(port);
    const answers: string[] = [];
    for (const mac of macs) {
      wire.send(request(`/v1/boot/${mac.replaceAll(':', '-')}/boot.ipxe`));
      answers.push(await wire.answer());
    }
    wire.close();
    return answers;
  }

  /** What the API logged of the last requests, which came from `macs`. */
  async function logOf(of: Api, macs: string[]): Promise<LogLine[]> {
    const hyphenated = macs.map(mac => mac.replaceAll(':', '-'));
    const last = () => of.requestLog.slice(-macs.length);
    await eventually('all requests are logged', () => {
      return (
        last()
          .map(({mac}) => mac)
          .join() === hyphenated.join()
      );
    });
    return last();
  }

  function trees(): Promise<string[][]> {
    return Promise.all(
      ironic.conductors.map(({httpRoot}) => fileTree(httpRoot)),
    );
  }
}
