import {expect, sinon} from '@loopback/testlab';
import {BootConfigError} from '../../../src';
import {eventually} from '../../support/eventually';
import {MariaDb} from '../../support/mariadb';
import {enforcePrivileges} from '../../support/mariadb-privileges';
import {fillTables} from './backends';
import {commonSample, twoPortNode} from './sample';
import {Store} from './store';

const PASSWORD = 'p@ss/w%rd';
const ENCODED = 'p%40ss/w%rd';
const MAC = twoPortNode.macs[0];

describe("Access to Ironic's MySQL database", () => {
  let db: MariaDb;
  let store: Store | undefined;
  /** What came to standard error past the component's log. */
  let stderr: sinon.SinonStub;

  before(async () => {
    db = await MariaDb.start();
    await fillTables(db, commonSample);
    await enforcePrivileges(
      db,
      `CREATE USER reader IDENTIFIED BY '${PASSWORD}';
      GRANT SELECT ON ironic.* TO reader;
      CREATE USER stranger IDENTIFIED BY '${PASSWORD}'`,
    );
  });
  after(async () => db?.stop());

  beforeEach(() => {
    stderr = sinon.stub(process.stderr, 'write').returns(true);
  });
  afterEach(async () => {
    stderr.restore();
    await store?.stop();
    store = undefined;
  });

  const openEnd = () => new AbortController().signal;

  async function start(user: string, password: string, database = 'ironic') {
    store = await Store.start({
      database: {
        connection: `mysql+pymysql://${user}:${password}@127.0.0.1:${db.port}/${database}`,
      },
      started: true,
    });
    return store;
  }

  it('needs no more than the right to SELECT', async () => {
    const {nodes, conductors} = await start('reader', ENCODED);
    const node = (await nodes.findByMac(MAC, openEnd()))!;
    expect(node).to.have.property('uuid', twoPortNode.uuid);
    expect(await nodes.findByIdent(node.id, openEnd())).to.eql(node);
    expect(await nodes.findByIdent(node.uuid, openEnd())).to.eql(node);
    expect(await nodes.findPorts(node, openEnd())).to.have.length(2);
    expect(await conductors.findAll(openEnd())).to.have.length(3);
    expect(stderr.args.flat()).to.be.empty();
  });

  for (const [what, user, password, database, message] of [
    [
      'a wrong password',
      'reader',
      'wr0ng-s3cret',
      'ironic',
      /^Ironic's database: Access denied for user 'reader'@'127\.0\.0\.1' \(using password: YES\)$/,
    ],
    [
      'an unknown database',
      'reader',
      ENCODED,
      'nosuch',
      /^Ironic's database: Access denied for user 'reader'@'%' to database 'nosuch'$/,
    ],
    [
      'a user without rights',
      'stranger',
      ENCODED,
      'ironic',
      /^Ironic's database: Access denied for user 'stranger'@'%' to database 'ironic'$/,
    ],
  ] as const) {
    it(`tells ${what}, but no password`, async () => {
      const {nodes, log} = await start(user, password, database);
      for (let i = 0; i < 3; i++) {
        await expect(nodes.findByMac(MAC, openEnd())).to.be.rejectedWith(
          BootConfigError,
          {reason: 'database_unavailable', message},
        );
      }
      await eventually('the log tells it', () => log.length > 0);
      const told = log.join('\n');
      expect(told).to.match(/Access denied/);
      for (const secret of [password, PASSWORD, 'mysql+pymysql']) {
        expect(told).to.not.containEql(secret);
      }
      expect(stderr.args.flat()).to.be.empty();
    });
  }

  it('takes a TLS file that cannot be read for a bad option', async () => {
    await expect(
      start('reader', ENCODED, 'ironic?ssl_ca=/nonexistent/ca.pem'),
    ).to.be.rejectedWith(
      /\[database\] connection = \*\*\*: expected a readable TLS file: ENOENT/,
    );
  });
});
