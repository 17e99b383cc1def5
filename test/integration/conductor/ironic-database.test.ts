import {expect} from '@loopback/testlab';
import {addExtension} from '@loopback/core';
import {
  BootConfigBindings,
  BootConfigError,
  BootInterface,
  NodeNotFound,
  Task,
  UnsupportedDriverExtension,
} from '../../../src';
import {dispatch} from '../../../src/conductor/json-rpc-dispatcher';
import {InsertedNode, insertNode} from '../../support/ironic-data';
import {MariaDb} from '../../support/mariadb';
import {GivenConductor} from './support/given-conductor';

const SCRIPT = '#!ipxe\nboot\n';

class PortsBoot extends BootInterface {
  readonly names = ['ports'];

  override async getBootConfig(task: Task): Promise<string> {
    return (await task.ports()).map(port => port.address).join(' ');
  }
}

describe("ConductorComponent on Ironic's database", () => {
  let db: MariaDb;
  let given: GivenConductor;
  let node: InsertedNode;

  before(async () => {
    db = await MariaDb.start();
    node = await insertNode(db, {macs: ['52:54:00:00:00:0d']});
    given = await GivenConductor.start({
      database: {connection: db.url},
      boot_config: {request_timeout: 2},
    });
    addExtension(given.app, BootConfigBindings.BOOT_INTERFACES, PortsBoot);
    await given.write(`${node.uuid}/config`, SCRIPT);
  });

  after(async () => {
    await given?.stop();
    await db?.stop();
  });

  it('returns the script of a node by UUID or id', async () => {
    for (const ident of [node.uuid, node.id, `${node.id}`]) {
      expect(await bootConfigOf(ident)).to.eql(SCRIPT);
    }
  });

  it('finds no node that there is not', async () => {
    for (const ident of [
      '00000000-0000-0000-0000-000000000000',
      node.id + 1000,
      `${node.uuid}' OR '1'='1`,
      `${node.id}x`,
      '',
    ]) {
      await expect(bootConfigOf(ident)).to.be.rejectedWith(NodeNotFound);
    }
  });

  it("gives a boot interface the node's ports", async () => {
    const {uuid} = await insertNode(db, {
      bootInterface: 'ports',
      macs: ['52:54:00:00:00:0e', '52:54:00:00:01:0e'],
    });
    expect(await bootConfigOf(uuid)).to.eql(
      '52:54:00:00:00:0e 52:54:00:00:01:0e',
    );
  });

  it('has nothing for a node whose boot interface is NULL', async () => {
    const {id} = await insertNode(db, {macs: ['52:54:00:00:00:0f']});
    await db.run('UPDATE nodes SET boot_interface = NULL WHERE id = ?', [id]);
    await expect(bootConfigOf(id)).to.be.rejectedWith(
      UnsupportedDriverExtension,
      {message: /^Driver fake-hardware does not support get_boot_config/},
    );
  });

  it('does not wait for the lock that a conductor holds', async () => {
    await db.run('UPDATE nodes SET reservation = ? WHERE id = ?', [
      'conductor-a',
      node.id,
    ]);
    expect(await bootConfigOf(node.uuid)).to.eql(SCRIPT);
  });

  it('tells a caller that it has no database, and nothing else', async () => {
    await db.kill();
    await expect(bootConfigOf(node.uuid)).to.be.rejectedWith(BootConfigError, {
      reason: 'database_unavailable',
    });
    const answer = await dispatch(
      await given.conductor(),
      JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'get_boot_config',
        params: {context: {}, node_id: node.uuid, name: 'boot.ipxe'},
      }),
      () => {},
    );
    expect(JSON.parse(answer!)).to.match({
      error: {
        code: 503,
        message: 'The conductor has no database at the moment.',
        data: {class: 'ironic.common.exception.TemporaryFailure'},
      },
    });
    await db.restart();
    expect(await bootConfigOf(node.uuid)).to.eql(SCRIPT);
  });

  async function bootConfigOf(ident: string | number): Promise<string> {
    return (await given.conductor()).getBootConfig({}, ident, 'boot.ipxe');
  }
});
