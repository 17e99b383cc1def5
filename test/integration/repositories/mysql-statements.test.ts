import fs from 'node:fs';
import {expect} from '@loopback/testlab';
import {insertNodes} from '../../support/ironic-data';
import {MariaDb} from '../../support/mariadb';
import {TempDir} from '../../support/temp-dir';
import {fillTables} from './backends';
import {tableSample, twoPortNode} from './sample';
import {Store} from './store';

const MAC = twoPortNode.macs[0];

/** One line of the server's general log. */
interface LogLine {
  connection: number;
  command: string;
  argument: string;
}

// An entry: a time or nothing, the connection's id, the command, and behind a
// tab its argument, which may go on over the lines up to the next entry.
const ENTRY = /^[^\t\n]*\t+ *(\d+) ([A-Z][a-z ]*[a-z])\t/m;

function parseLog(text: string): LogLine[] {
  const [, ...parts] = text.split(ENTRY);
  return Array.from({length: parts.length / 3}, (_, i) => ({
    connection: Number(parts[3 * i]),
    command: parts[3 * i + 1],
    argument: parts[3 * i + 2],
  }));
}

describe("What is sent to Ironic's MySQL database", () => {
  let dir: TempDir;
  let db: MariaDb;
  let store: Store;
  /** Id of the test's own connection. */
  let own: number;
  /** Length of the general log when the component came. */
  let logStart: number;

  before(async () => {
    dir = await TempDir.create();
    db = await MariaDb.start({
      args: ['--general-log', `--general-log-file=${dir.join('log')}`],
    });
    await fillTables(db, tableSample);
    [{own}] = await db.query<{own: number}>('SELECT CONNECTION_ID() AS own');
    logStart = (await fs.promises.stat(dir.join('log'))).size;
    store = await Store.start({
      database: {connection: db.url, max_pool_size: 1},
    });
  });
  after(async () => {
    await store?.stop();
    await db?.stop();
    await dir?.remove();
  });

  const openEnd = () => new AbortController().signal;

  /** Every call that a repository has. */
  async function askEverything() {
    const node = (await store.nodes.findByMac(MAC, openEnd()))!;
    await store.nodes.findByIdent(node.id, openEnd());
    await store.nodes.findByIdent(node.uuid, openEnd());
    await store.nodes.findPorts(node, openEnd());
    await store.nodes.countInterfaces!(openEnd());
    await store.conductors.findAll(openEnd());
  }

  async function sentByComponent(): Promise<LogLine[]> {
    const log = await fs.promises.readFile(dir.join('log'));
    return parseLog(log.subarray(logStart).toString()).filter(
      ({connection}) => connection !== own,
    );
  }

  it('is SELECTs, prepared once and with values apart, and a limit for each connection', async () => {
    await askEverything();
    await askEverything();
    const sent = await sentByComponent();
    expect(new Set(sent.map(({command}) => command))).to.eql(
      new Set(['Connect', 'Query', 'Prepare', 'Execute']),
    );
    const queries = sent.filter(({command}) => command === 'Query');
    expect(queries).to.have.length(1);
    expect(queries[0].argument).to.startWith(
      'SET SESSION lock_wait_timeout = 5',
    );
    const prepared = sent.filter(({command}) => command === 'Prepare');
    const executed = sent.filter(({command}) => command === 'Execute');
    expect(prepared).to.have.length(6);
    expect(executed).to.have.length(12);
    for (const {argument} of prepared) {
      expect(argument).to.match(/^\s*SELECT /);
      expect(argument).to.not.match(/(?<!COUNT\()\*|'|;|FOR UPDATE|LOCK IN/i);
    }
    expect(
      executed.filter(({argument}) => argument.includes(`'${MAC}'`)),
    ).to.have.length(2);
  });

  it('goes over no more connections than max_pool_size', async () => {
    await Promise.all(Array.from({length: 20}, () => askEverything()));
    const connections = (await sentByComponent()).map(
      ({connection}) => connection,
    );
    expect(new Set(connections).size).to.equal(1);
  });
});

describe('Lookups among many nodes', () => {
  let db: MariaDb;
  let store: Store;

  before(async () => {
    db = await MariaDb.start({args: ['--userstat=1']});
    await fillTables(db, tableSample);
    await insertNodes(
      db,
      Array.from({length: 2000}, (_, i) => ({
        macs: [macOf(i, 0), macOf(i, 1)],
      })),
    );
    store = await Store.start({database: {connection: db.url}});
  });
  after(async () => {
    await store?.stop();
    await db?.stop();
  });

  function macOf(node: number, port: number): string {
    const digits = node.toString(16).padStart(4, '0');
    return `02:00:00:${digits.slice(0, 2)}:${digits.slice(2)}:0${port}`;
  }

  /** The rows that the server reads of each table while `work` goes on. */
  async function rowsReadBy(work: () => Promise<unknown>) {
    await db.run('FLUSH TABLE_STATISTICS');
    await work();
    const rows = await db.query<{name: string; rows: string}>(
      'SELECT table_name AS name, rows_read AS `rows`' +
        ' FROM information_schema.table_statistics' +
        " WHERE table_schema = 'ironic'",
    );
    return Object.fromEntries(rows.map(r => [r.name, Number(r.rows)]));
  }

  const openEnd = () => new AbortController().signal;

  it('read one port and one node for a MAC address', async () => {
    const read = await rowsReadBy(() =>
      store.nodes.findByMac(macOf(1234, 1), openEnd()),
    );
    expect(read).to.eql({ports: 1, nodes: 1});
  });

  it('read one node for a UUID or an id', async () => {
    const node = (await store.nodes.findByMac(macOf(1234, 1), openEnd()))!;
    for (const ident of [node.uuid, node.id]) {
      const read = await rowsReadBy(() =>
        store.nodes.findByIdent(ident, openEnd()),
      );
      expect(read).to.eql({nodes: 1});
    }
  });

  it("read a node's own ports", async () => {
    const node = (await store.nodes.findByMac(macOf(1234, 1), openEnd()))!;
    const read = await rowsReadBy(() => store.nodes.findPorts(node, openEnd()));
    expect(read).to.eql({ports: 2});
  });
});
