import {existsSync, readFileSync} from 'node:fs';
import {
  addExtension,
  Application,
  createBindingFromClass,
  injectable,
} from '@loopback/core';
import {expect} from '@loopback/testlab';
import {
  asBootInterface,
  BootConfigBindings,
  BootConfigConfig,
  BootInterface,
  ConfigurationError,
  NodeNotFound,
  NotFound,
  Task,
  UnsupportedDriverExtension,
} from '../../../src';
import {
  GivenConductor,
  NODE,
  PXE_NODE,
  VENDOR_NODE,
} from './support/given-conductor';

const SCRIPT = '#!ipxe\nboot\n';

@injectable(asBootInterface)
class VendorBoot extends BootInterface {
  readonly names = ['vendor-ipxe'];

  override async getBootConfig(task: Task, name: string): Promise<string> {
    if (name !== 'vendor.cfg') throw new NotFound(`no ${name}`);
    const ports = await task.ports();
    return `${task.node.uuid} ${ports.map(port => port.address).join(' ')}`;
  }
}

class NamedBoot extends BootInterface {
  readonly names = ['pxe'];

  override async getBootConfig(): Promise<string> {
    return 'pxe';
  }
}

describe('ConductorComponent', () => {
  let given: GivenConductor;
  const started: GivenConductor[] = [];

  afterEach(async () => {
    for (const conductor of started.splice(0)) await conductor.stop();
  });

  describe('in an application', () => {
    beforeEach(async () => {
      given = await start();
      await given.write(`${NODE}/config`, SCRIPT);
      await given.write(`${PXE_NODE}/config`, SCRIPT);
      await given.write(`${VENDOR_NODE}/config`, SCRIPT);
    });

    for (const ident of [NODE, 1, '1']) {
      it(`returns the script of a node, ${JSON.stringify(ident)}`, async () => {
        expect(await bootConfigOf(ident)).to.eql(SCRIPT);
      });
    }

    it('finds no other name', async () => {
      await expect(bootConfigOf(NODE, 'config')).to.be.rejectedWith(NotFound, {
        message: 'Configuration config is not found',
      });
    });

    it('finds no node that there is not', async () => {
      for (const ident of ['00000000-0000-0000-0000-000000000000', 99, '']) {
        await expect(bootConfigOf(ident)).to.be.rejectedWith(NodeNotFound);
      }
    });

    it('has nothing for a boot interface that nobody provides', async () => {
      for (const ident of [PXE_NODE, VENDOR_NODE]) {
        await expect(bootConfigOf(ident)).to.be.rejectedWith(
          UnsupportedDriverExtension,
          {message: /does not support get_boot_config/},
        );
      }
    });

    it('writes the root script when it starts', () => {
      expect(readFileSync(given.path('boot.ipxe'), 'utf8')).to.match(
        /^#!ipxe\n/,
      );
    });
  });

  describe('with boot interfaces of the application', () => {
    it('takes one that says what it is', async () => {
      given = await start({}, app => {
        app.add(createBindingFromClass(VendorBoot));
      });
      expect(await bootConfigOf(VENDOR_NODE, 'vendor.cfg')).to.eql(
        `${VENDOR_NODE} 52:54:00:00:00:0e 52:54:00:00:01:0e`,
      );
      await expect(bootConfigOf(VENDOR_NODE)).to.be.rejectedWith(NotFound, {
        message: 'no boot.ipxe',
      });
    });

    it('takes one that is added as an extension', async () => {
      given = await start({}, app => {
        addExtension(app, BootConfigBindings.BOOT_INTERFACES, NamedBoot);
      });
      expect(await bootConfigOf(PXE_NODE)).to.eql('pxe');
    });

    it('takes one that comes while it runs', async () => {
      given = await start();
      await expect(bootConfigOf(PXE_NODE)).to.be.rejectedWith(
        UnsupportedDriverExtension,
      );
      addExtension(given.app, BootConfigBindings.BOOT_INTERFACES, NamedBoot);
      expect(await bootConfigOf(PXE_NODE)).to.eql('pxe');
    });

    it('keeps its own', async () => {
      given = await start({}, app => {
        app.add(createBindingFromClass(VendorBoot));
      });
      await given.write(`${NODE}/config`, SCRIPT);
      expect(await bootConfigOf(NODE)).to.eql(SCRIPT);
    });
  });

  it('writes nothing as an agent', async () => {
    given = await start({boot_config: {conductor_port: 8090}});
    expect(existsSync(given.path('boot.ipxe'))).to.be.false();
  });

  describe('that cannot start', () => {
    for (const [what, config, option] of [
      [
        'without its HTTP root',
        {deploy: {http_root: '/nowhere/httpboot'}},
        'http_root',
      ],
      [
        'without its template',
        {pxe: {ipxe_boot_script: '/nowhere/boot.ipxe'}},
        'ipxe_boot_script',
      ],
      [
        'with a root script that links to nowhere',
        {pxe: {ipxe_use_boot_config_api: true}},
        'ipxe_use_boot_config_api',
      ],
      [
        'without a database',
        {database: {connection: 'memory:/nowhere/store.json'}},
        'connection',
      ],
    ] as [string, BootConfigConfig, string][]) {
      it(`tells which option is bad, ${what}`, async () => {
        const bad = await GivenConductor.create(config);
        const error: unknown = await bad.app.start().catch((e: unknown) => e);
        expect(error).to.be.instanceOf(ConfigurationError);
        expect(
          (error as ConfigurationError).problems.map(p => p.option),
        ).to.eql([option]);
        await bad.remove();
      });
    }

    before(async () => {
      given = await start();
    });
  });

  async function start(
    config?: BootConfigConfig,
    before?: (app: Application) => void,
  ): Promise<GivenConductor> {
    const conductor = await GivenConductor.create(config);
    before?.(conductor.app);
    await conductor.app.start();
    started.push(conductor);
    return conductor;
  }

  async function bootConfigOf(
    ident: string | number,
    name = 'boot.ipxe',
  ): Promise<string> {
    return (await given.conductor()).getBootConfig({}, ident, name);
  }
});
