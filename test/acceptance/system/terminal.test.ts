import {expect} from '@loopback/testlab';
import {TestProcess} from '../../support/process';
import {TempDir} from '../../support/temp-dir';
import {
  ironicConf,
  PACKAGE_DIRECTORY,
  request,
  startCommand,
  Wire,
} from './support';

const MAC = '52:54:00:00:00:01';
const STORE = {
  conductors: [{hostname: 'conductor-1', hardware_types: ['ipmi']}],
  nodes: [
    {
      uuid: '1be26c0b-03f2-4d2e-ae87-c02d7f33c10d',
      driver: 'ipmi',
      provision_state: 'wait call-back',
      ports: [MAC],
    },
  ],
};

describe('the log of serve', function () {
  this.timeout(60_000);

  let dir: TempDir;
  let conf: string;

  before(async () => {
    dir = await TempDir.create();
    conf = await dir.write(
      'ironic.conf',
      ironicConf({
        DEFAULT: {rpc_transport: 'none', host: 'conductor-1', debug: 'True'},
        api: {host_ip: '127.0.0.1', port: 0},
        boot_config: {ops_port: 0},
        database: {
          connection: `memory:${await dir.write('store.json', JSON.stringify(STORE))}`,
        },
        deploy: {http_root: dir.join('httpboot')},
      }),
    );
    await dir.write('httpboot/index.html', '');
  });
  after(() => dir.remove());

  it('is for a person to read on a terminal', async () => {
    // script(1) of util-linux gives a program a terminal.
    const serve = await TestProcess.start('script', [
      '--quiet',
      '--return',
      '--command',
      `'${process.execPath}' '${PACKAGE_DIRECTORY}/bin/ironic-boot-config.js' serve --config-file '${conf}'`,
      dir.join('typescript'),
    ]);
    try {
      const [, port] = await serve.waitForLine(
        /^\d\d:\d\d:\d\d\.\d{3} {2}info {3}API listens for firmware {2}address=127.0.0.1:(\d+)/,
      );
      await ask(Number(port), 'iPXE\u009b2Jx');
      const [line] = await serve.waitForLine(/^.*info {3}not served:.*$/);
      expect(line).to.match(
        /not served: .*conductor-1.*mac=52:54:00:00:00:01 .*reason=config_not_found/,
      );
      expect(line).to.match(/user_agent=iPXE\\x9b2Jx/);
    } finally {
      await serve.stop();
    }
  });

  it('is JSON elsewhere, and with debug explains each step', async () => {
    const serve = await startCommand(['serve', '--config-file', conf]);
    try {
      const [, port] = await serve.waitForLine(
        /"address":"127.0.0.1:(\d+)","msg":"API listens/,
      );
      await ask(Number(port));
      const [last] = await serve.waitForLine(/^.*"msg":"not served:.*$/);
      const {request_id: id} = JSON.parse(last) as {request_id: string};
      const lines = serve.stderr
        .filter(line => line.includes(id))
        .map(line => JSON.parse(line) as Record<string, unknown>);
      expect(lines).to.containDeep([
        {level: 'debug', step: 'database'},
        {level: 'debug', step: 'ring'},
        {
          level: 'debug',
          step: 'rpc',
          conductor: 'conductor-1',
          reason: 'config_not_found',
        },
        {level: 'info', reason: 'config_not_found'},
      ]);
      for (const line of lines.slice(0, 3)) expect(line.ms).to.be.a.Number();
    } finally {
      await serve.stop();
    }
  });
});

async function ask(port: number, userAgent = 'iPXE'): Promise<void> {
  const wire = await Wire.open(port);
  wire.send(
    request(`/v1/boot/${MAC}/boot.ipxe`).replace('iPXE/1.0.0', userAgent),
  );
  await wire.answer();
  wire.close();
}
