import {createHash} from 'node:crypto';
import {expect} from '@loopback/testlab';
import {insertNodes} from '../../support/ironic-data';
import {Api, Deployment, request, served, Wire} from './support';

const HOSTS = ['127.0.0.11', '127.0.0.12'];
const NODES = 200;
const PORTS = 3;

describe('two conductors behind one API', function () {
  this.timeout(60_000);

  let deployment: Deployment;
  let api: Api;
  let nodes: {uuid: string; macs: string[]}[];

  before(async () => {
    deployment = await Deployment.create();
    for (const hostname of HOSTS) await deployment.register({hostname});
    nodes = await givenNodes(deployment);
    const conductors = await Promise.all(
      HOSTS.map(host => deployment.startConductor(host)),
    );
    for (const conductor of conductors) {
      for (const {uuid} of nodes) {
        await conductor.write(uuid, scriptOf(uuid, conductor.host));
      }
    }
    api = await deployment.startApi();
  });

  after(() => deployment?.remove());

  it('serves each node from the conductor that Ironic names', async () => {
    const wire = await Wire.open(api.port);
    const astray: string[] = [];
    for (const {uuid, macs} of nodes) {
      wire.send(request(`/v1/boot/${macs[0]}/boot.ipxe`));
      const answer = await wire.answer();
      const expected = served(scriptOf(uuid, ownerOf(uuid)));
      if (answer !== expected) astray.push(`${answer} is not ${expected}`);
    }
    wire.close();

    expect(astray).to.eql([]);
  });

  it('serves a node by any of its ports', async () => {
    const [{uuid, macs}] = nodes;
    const wire = await Wire.open(api.port);
    for (const mac of macs) {
      wire.send(request(`/v1/boot/${mac.replaceAll(':', '-')}/boot.ipxe`));
      expect(await wire.answer()).to.equal(
        served(scriptOf(uuid, ownerOf(uuid))),
      );
    }
    wire.close();
  });

  it('spreads the nodes over both conductors', () => {
    const owners = new Set(nodes.map(({uuid}) => ownerOf(uuid)));
    expect([...owners].sort()).to.eql(HOSTS);
  });

  it('logs the conductor and that it is the owner', () => {
    const logged = api.requestLog
      .slice(0, NODES)
      .map(line => [line.msg, line.node, line.conductor, line.owner].join());
    const expected = nodes.map(({uuid}) =>
      ['served', uuid, ownerOf(uuid), true].join(),
    );
    expect(logged.filter((line, index) => line !== expected[index])).to.eql([]);
    expect(logged.length).to.equal(NODES);
  });
});

async function givenNodes(deployment: Deployment) {
  const specs = Array.from({length: NODES}, (_, node) => ({
    name: `node-${node}`,
    macs: Array.from({length: PORTS}, (_port, port) => macOf(node, port)),
  }));
  const inserted = await insertNodes(deployment.db, specs);
  return specs.map(({macs}, index) => ({macs, uuid: inserted[index].uuid}));
}

function macOf(node: number, port: number): string {
  const hex = node.toString(16).padStart(4, '0');
  return `52:54:00:${hex.slice(0, 2)}:${hex.slice(2)}:0${port}`;
}

function scriptOf(uuid: string, host: string): string {
  return `#!ipxe\necho node ${uuid} from conductor ${host}\n`;
}

/**
 * The owner of a node on tooz's hash ring (tooz/hashring.py) with Ironic's
 * defaults: MD5, 2^5 partitions for each host. Spelled out number by number, to
 * have nothing in common with what is tested.
 */
function ownerOf(uuid: string): string {
  const ring = new Map<bigint, string>();
  for (const host of HOSTS) {
    let fed = host;
    for (let partition = 0; partition < 32; partition++) {
      fed += host;
      ring.set(md5(fed), host);
    }
  }
  const positions = [...ring.keys()].sort((a, b) => (a < b ? -1 : 1));
  const behind = positions.find(position => position > md5(uuid));
  return ring.get(behind ?? positions[0])!;
}

function md5(text: string): bigint {
  return BigInt(`0x${createHash('md5').update(text).digest('hex')}`);
}
