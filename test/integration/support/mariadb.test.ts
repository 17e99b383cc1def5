import fs from 'node:fs';
import {expect} from '@loopback/testlab';
import {eventually} from '../../support/eventually';
import {
  insertConductor,
  insertNode,
  insertNodes,
  uuidOf,
} from '../../support/ironic-data';
import {MariaDb} from '../../support/mariadb';
import {TestProcess} from '../../support/process';
import {TempDir} from '../../support/temp-dir';

const MAC = '52:54:00:00:00:01';

describe('A private MariaDB', () => {
  let db: MariaDb;

  before(async () => {
    db = await MariaDb.start();
  });
  after(async () => db?.stop());

  it("has Ironic's tables, empty", async () => {
    const tables = await db.query<{name: string}>(
      'SELECT table_name AS name FROM information_schema.tables' +
        " WHERE table_schema = 'ironic'",
    );
    expect(tables.map(({name}) => name).sort()).to.eql([
      'conductor_hardware_interfaces',
      'conductors',
      'nodes',
      'ports',
    ]);
    expect(await db.query('SELECT id FROM nodes')).to.be.empty();
  });

  it('holds a node that is found by the MAC of each port', async () => {
    const conductor = await insertConductor(db, {
      hostname: 'conductor-1',
      conductorGroup: 'rack1',
      updatedAt: new Date('2026-01-02T03:04:05Z'),
      hardwareTypes: ['ipmi', 'redfish'],
    });
    const other = '52:54:00:00:00:02';
    const {uuid} = await insertNode(db, {
      driver: 'redfish',
      conductorGroup: 'rack1',
      conductorAffinity: conductor,
      macs: [MAC, other],
    });
    for (const mac of [MAC, other]) {
      const found = await db.query(
        'SELECT n.uuid, n.provision_state AS state, c.hostname,' +
          ' CAST(c.updated_at AS CHAR) AS heartbeat FROM ports p' +
          ' JOIN nodes n ON n.id = p.node_id' +
          ' JOIN conductors c ON c.id = n.conductor_affinity' +
          ' WHERE p.address = ?',
        [mac],
      );
      expect(found).to.eql([
        {
          uuid,
          state: 'wait call-back',
          hostname: 'conductor-1',
          heartbeat: '2026-01-02 03:04:05',
        },
      ]);
    }
    const types = await db.query(
      'SELECT DISTINCT hardware_type FROM conductor_hardware_interfaces' +
        ' WHERE conductor_id = ? ORDER BY hardware_type',
      [conductor],
    );
    expect(types).to.eql([{hardware_type: 'ipmi'}, {hardware_type: 'redfish'}]);
  });

  it('takes thousands of nodes at once and gives their ids in order', async () => {
    const macs = Array.from(
      {length: 5000},
      (_, i) => `02:00:00:00:${hex(i >> 8)}:${hex(i & 0xff)}`,
    );
    const inserted = await insertNodes(
      db,
      macs.map(mac => ({uuid: uuidOf(mac), macs: [mac]})),
    );
    const last = inserted[4999];
    expect(last.uuid).to.equal(uuidOf(macs[4999]));
    expect(
      await db.query('SELECT node_id AS id FROM ports WHERE address = ?', [
        macs[4999],
      ]),
    ).to.eql([{id: last.id}]);
  });

  it('stands still when suspended and answers when resumed', async () => {
    await db.query('SELECT 1');
    db.suspend();
    await eventually('suspended', () => stateOf(db.pid) === 'T');
    const answer = db.query('SELECT 1 AS one');
    db.resume();
    expect(await answer).to.eql([{one: 1}]);
  });

  it('keeps port and data over a restart and over a kill', async () => {
    const {pid, port} = db;
    await db.restart();
    expect(db.pid).to.not.equal(pid);
    expect(db.port).to.equal(port);

    await db.run('UPDATE nodes SET maintenance = 1');
    await db.kill();
    await expect(db.query('SELECT 1')).to.be.rejectedWith(/ECONNREFUSED/);
    await db.restart();
    const [{count}] = await db.query<{count: number}>(
      'SELECT COUNT(*) AS count FROM nodes WHERE maintenance',
    );
    expect(count).to.be.greaterThan(0);
  });

  it('leaves neither a process nor a directory when stopped', async () => {
    const stopped = await MariaDb.start();
    stopped.suspend();
    await stopped.stop();
    expect(stateOf(stopped.pid)).to.be.undefined();
    expect(fs.existsSync(stopped.dataDirectory)).to.be.false();
  });

  it('tells what its log says when it cannot start', async () => {
    await expect(
      MariaDb.start({args: ['--no-such-option']}),
    ).to.be.rejectedWith(/unknown option '--no-such-option'/);
  });

  for (const ending of ['SIGTERM', 'exit', 'uncaught error']) {
    it(`ends with the test process (${ending})`, async () => {
      const dir = await TempDir.create();
      const script = await dir.write(
        'test.js',
        `const {MariaDb} = require(${JSON.stringify(
          require.resolve('../../support/mariadb'),
        )});
        void MariaDb.start({schema: false}).then(db => {
          console.log('pid %d in %s.', db.pid, db.dataDirectory);
          if ('${ending}' === 'exit') process.exit();
          if ('${ending}' === 'uncaught error') throw new Error('boo');
        });`,
      );
      const testProcess = await TestProcess.node(script);
      const [, pid, data] =
        await testProcess.waitForLine(/pid (\d+) in (.+)\./);
      if (ending === 'SIGTERM') testProcess.kill('SIGTERM');
      await testProcess.exited;
      await eventually('ended', () => stateOf(pid) === undefined);
      expect(fs.existsSync(data)).to.be.false();
      await dir.remove();
    });
  }
});

function hex(byte: number) {
  return byte.toString(16).padStart(2, '0');
}

/** The letter that Linux has for the state of a process; undefined if ended. */
function stateOf(pid: number | string) {
  const file = `/proc/${pid}/stat`;
  if (!fs.existsSync(file)) return undefined;
  const state = /\) (.)/.exec(fs.readFileSync(file, 'utf8'))?.[1];
  // Ended too, only that its parent has not looked yet.
  return state === 'Z' ? undefined : state;
}
