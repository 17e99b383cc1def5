import {createReadStream, readFileSync, statSync, writeFileSync} from 'node:fs';
import {createServer, Server} from 'node:http';
import {AddressInfo} from 'node:net';
import {join} from 'node:path';
import {expect} from '@loopback/testlab';
import {Api, Conductor, Deployment} from '../acceptance/system/support';
import {ROOT_SCRIPT_TEMPLATE} from '../../src/project-files';
import {bootFirmware, Firmware} from '../support/firmware';
import {TempDir} from '../support/temp-dir';

const HOST = '127.0.0.11';
const MAC = '52:54:00:00:00:0a';
const UNKNOWN = '52:54:00:00:00:0b';

// As the machine sees them.
const API = '10.0.2.100:6385';
const AWAY = '10.0.2.100:6386';
const HTTP_SERVER = '10.0.2.101:8080';

// As Metal3's template has it: one link to the conductor's HTTP server, one
// relative to the script.
const SCRIPT = `#!ipxe
imgfree
imgfetch --timeout 5000 --name ramdisk http://${HTTP_SERVER}/ramdisk || goto fail
imgfetch --timeout 5000  ../ipa-cacert-bundle || goto fail
imgstat ramdisk ipa-cacert-bundle || goto fail
echo SCRIPT runs
goto end
:fail
echo SCRIPT failed
:end
echo Goodbye
reboot
`;

/** A template of an operator's own: the built-in one with less patience. */
const IMPATIENT = readFileSync(ROOT_SCRIPT_TEMPLATE, 'utf8')
  .replaceAll('{{{attempts}}}', '2')
  .replaceAll('{{{pause}}}', '1');

const FALLBACK = '#!ipxe\necho FALLBACK\necho Goodbye\nreboot\n';

/**
 * A deployment as Metal3 has it: DHCP names the root script on the conductor's
 * HTTP server, the fallback script lies beside it.
 */
describe('a script with a relative link in the firmware', function () {
  this.timeout(120_000);

  let deployment: Deployment;
  let dir: TempDir;
  let conductor: Conductor;
  let node: string;
  let files: FileServer;
  let machine: Firmware | undefined;

  before(async () => {
    deployment = await Deployment.create();
    await deployment.register({hostname: HOST});
    node = await deployment.addNode({macs: [MAC]});
    dir = await TempDir.create();
    conductor = await deployment.startConductor(HOST, {
      pxe: {
        ipxe_boot_script: await dir.write('boot.ipxe', IMPATIENT),
        ipxe_use_boot_config_api: 'True',
        ipxe_config_api_root_url: `http://${AWAY}, http://${API}`,
        ipxe_fallback_script: 'inspector.ipxe',
      },
    });
    await conductor.write(node, SCRIPT);
    for (const [name, content] of Object.entries({
      ramdisk: 'ramdisk\n',
      'ipa-cacert-bundle': 'bundle\n',
      'inspector.ipxe': FALLBACK,
    })) {
      writeFileSync(join(conductor.root, name), content);
    }
    files = await FileServer.start(conductor.root);
  });

  afterEach(() => machine?.stop());

  after(async () => {
    await files?.stop();
    await deployment?.remove();
    await dir?.remove();
  });

  it('runs where the API leads to it', async () => {
    const api = await deployment.startApi({
      boot_config: {
        serve_mode: 'redirect',
        redirect_url: `${HOST}=http://${HTTP_SERVER}/`,
      },
    });
    boot(MAC, {[API]: api.port});

    await machine!.waitFor(/SCRIPT runs/);
    await machine!.waitForReboot();
    expect(files.requests).to.eql([
      '/boot.ipxe',
      `/${node}/config`,
      '/ramdisk',
      '/ipa-cacert-bundle',
    ]);
    expect(logOf(api)).to.match([
      {msg: 'redirected', location: `http://${HTTP_SERVER}/${node}/config`},
    ]);
  });

  it('fails where the API serves it, which the log has told', async () => {
    const api = await deployment.startApi();
    boot(MAC, {[API]: api.port});

    await machine!.waitFor(/SCRIPT failed/);
    await machine!.waitForReboot();
    expect(files.requests).to.eql(['/boot.ipxe', '/ramdisk']);
    expect(logOf(api)).to.match([
      {msg: 'served'},
      {msg: /"..\/ipa-cacert-bundle" in line 4, column 26$/},
      {reason: 'path_unknown'},
    ]);
  });

  it('is not needed by a machine that is unknown, which runs the fallback script', async () => {
    const api = await deployment.startApi({
      boot_config: {serve_mode: 'redirect', redirect_url: 'http://192.0.2.1/'},
    });
    boot(UNKNOWN, {[API]: api.port});

    await machine!.waitFor(/FALLBACK/);
    await machine!.waitForReboot();
    expect(files.requests).to.eql(['/boot.ipxe', '/inspector.ipxe']);
  });

  it('gives way to the fallback script where every API refuses', async () => {
    boot(MAC, {});

    await machine!.waitFor(/No answer at attempt 1 of 2/);
    await machine!.waitFor(/FALLBACK/);
    await machine!.waitForReboot();
    expect(files.requests).to.eql(['/boot.ipxe', '/inspector.ipxe']);
  });

  function boot(mac: string, apis: Record<string, number>) {
    files.requests.length = 0;
    machine = bootFirmware({
      macs: [mac],
      bootfile: `http://${HTTP_SERVER}/boot.ipxe`,
      // An address that is not forwarded does not answer.
      forwards: {[HTTP_SERVER]: files.port, [UNUSED]: 1, ...apis},
    });
  }
});

/** The API's address, so that its other ports refuse. */
const UNUSED = '10.0.2.100:1';

/** What an API said since it serves. */
function logOf(api: Api) {
  return api.process.stderr
    .map(line => JSON.parse(line) as {msg: string})
    .filter(line => 'request_id' in line || 'node' in line);
}

/** The HTTP server of a conductor. */
class FileServer {
  readonly requests: string[] = [];

  private constructor(private readonly server: Server) {}

  static async start(root: string): Promise<FileServer> {
    const server = createServer((request, response) => {
      const path = request.url!;
      files.requests.push(path);
      const file = join(root, path);
      if (!statSync(file, {throwIfNoEntry: false})?.isFile()) {
        response.writeHead(404, {'Content-Length': 0}).end();
        return;
      }
      response.writeHead(200, {'Content-Length': statSync(file).size});
      createReadStream(file).pipe(response);
    });
    const files = new FileServer(server);
    await new Promise<void>(resolve => {
      server.listen(0, '127.0.0.1', resolve);
    });
    return files;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise(resolve => this.server.close(resolve));
  }
}
