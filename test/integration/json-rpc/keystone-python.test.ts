import path from 'node:path';
import {expect} from '@loopback/testlab';
import {BootConfigError} from '../../../src';
import {ironicConf} from '../../acceptance/system/support/ironic-conf';
import {scriptOf} from '../../acceptance/support/stub-conductor';
import {Keystone, User} from '../../support/keystone';
import {freePort} from '../../support/ports';
import {TestProcess} from '../../support/process';
import {projectRoot} from '../../support/project';
import {TempDir} from '../../support/temp-dir';
import {GivenServer} from './support/given-server';
import {Caller, UUID} from './support/keystone-calls';

// The one for which Debian's packages are.
const PYTHON = '/usr/bin/python3';
const DIRECTORY = path.join(
  projectRoot,
  'test/integration/json-rpc/support/python',
);

describe("JSON-RPC with Keystone and Ironic's Python", function () {
  this.timeout(120_000);

  let keystone: Keystone;
  let dir: TempDir;
  let admin: User;
  let reader: User;
  let service: User;

  before(async () => {
    keystone = await Keystone.start();
    dir = await TempDir.create();
    admin = await keystone.addUser('ironic', 'admin');
    reader = await keystone.addUser('reader', 'reader');
    service = await keystone.addUser('conductor', 'service');
  });

  after(async () => {
    await keystone?.stop();
    await dir?.remove();
  });

  describe('as the API', () => {
    let server: GivenServer;

    before(async () => {
      server = await GivenServer.start({
        json_rpc: {auth_strategy: 'keystone'},
        keystone_authtoken: keystone.login(service),
      });
    });

    after(() => server?.stop());

    it('gets an answer', async () => {
      expect(await outcomeFor(admin)).to.eql({result: scriptOf(UUID)});
    });

    it('is refused without an allowed role', async () => {
      expect(await outcomeFor(reader)).to.eql({
        error: 'Forbidden',
        status: 403,
      });
    });

    async function outcomeFor(user: User): Promise<unknown> {
      const conf = await dir.write(
        `${user.name}.conf`,
        ironicConf({
          json_rpc: {
            auth_strategy: 'keystone',
            port: server.port,
            ...keystone.login(user),
          },
        }),
      );
      const args = [conf, '127.0.0.1', UUID, 'boot.ipxe'];
      const python = await startPython('call.py', args);
      const [line] = await python.waitForLine(/^{.*}$/, {timeoutMs: 60_000});
      return JSON.parse(line) as unknown;
    }
  });

  describe('as the conductor', () => {
    let python: TestProcess;
    let name: string;

    before(async () => {
      const port = await freePort();
      name = `127.0.0.1:${port}`;
      const conf = await dir.write(
        'conductor.conf',
        ironicConf({
          json_rpc: {auth_strategy: 'keystone', host_ip: '127.0.0.1', port},
          keystone_authtoken: keystone.login(service),
        }),
      );
      python = await startPython('conductor.py', [conf]);
      await python.waitForLine(/^ready$/, {timeoutMs: 60_000});
    });

    after(async () => {
      python?.kill();
      await python?.exited;
    });

    it('answers', async () => {
      const caller = new Caller(keystone.login(admin));
      for (let time = 0; time < 2; time++) {
        expect(await caller.call(name)).to.eql(
          `#!ipxe\necho ${UUID} boot.ipxe\n`,
        );
      }
      await caller.stop();
    });

    it('refuses without an allowed role', async () => {
      const caller = new Caller(keystone.login(reader));
      const error: unknown = await caller.call(name).catch((e: unknown) => e);
      await caller.stop();
      expect(error).to.be.instanceOf(BootConfigError);
      expect((error as Error).message).to.match(
        /allowed_roles \(HTTP status 403\)$/,
      );
    });
  });

  function startPython(script: string, args: string[]): Promise<TestProcess> {
    return TestProcess.start(PYTHON, [path.join(DIRECTORY, script), ...args], {
      env: {PYTHONDONTWRITEBYTECODE: '1'},
    });
  }
});
