import {Application} from '@loopback/core';
import {
  BootConfigBindings,
  BootConfigConfig,
  ConductorApi,
  ConductorComponent,
} from '../../../../src';
import {EmbeddedStore} from '../../../../src/repositories/embedded';
import {RecordingLogger} from '../../../acceptance/support/recording-logger';
import {TempDir} from '../../../support/temp-dir';
import {writeAged} from '../../../unit/conductor/support/write-aged';

export const NODE = '1be26c0b-03f2-4d2e-ae87-c02d7f33c10d';
export const VENDOR_NODE = '1be26c0b-03f2-4d2e-ae87-c02d7f33c10e';
export const PXE_NODE = '1be26c0b-03f2-4d2e-ae87-c02d7f33c10f';

const STORE: EmbeddedStore = {
  conductors: [],
  nodes: [
    {uuid: NODE, driver: 'ipmi', ports: ['52:54:00:00:00:0d']},
    {
      uuid: VENDOR_NODE,
      driver: 'redfish',
      boot_interface: 'vendor-ipxe',
      ports: ['52:54:00:00:00:0e', '52:54:00:00:01:0e'],
    },
    {
      uuid: PXE_NODE,
      driver: 'ipmi',
      boot_interface: 'pxe',
      ports: ['52:54:00:00:00:0f'],
    },
  ],
};

/**
 * An application with the whole conductor side, an HTTP root and three nodes
 * of its own.
 */
export class GivenConductor {
  readonly logger = new RecordingLogger();
  readonly app = new Application();

  private constructor(private readonly dir: TempDir) {}

  /** Not started yet. */
  static async create(config: BootConfigConfig = {}): Promise<GivenConductor> {
    const given = new GivenConductor(await TempDir.create());
    const {app, dir, logger} = given;
    const store = await dir.write('store.json', JSON.stringify(STORE));
    await dir.write('root/.keep', '');
    app.bind(BootConfigBindings.LOGGER).to(logger);
    app.configure(BootConfigBindings.COMPONENT).to({
      ...config,
      DEFAULT: {rpc_transport: 'none', ...config.DEFAULT},
      database: {connection: `memory:${store}`, ...config.database},
      deploy: {http_root: dir.join('root'), ...config.deploy},
    });
    app.component(ConductorComponent);
    return given;
  }

  static async start(config?: BootConfigConfig): Promise<GivenConductor> {
    const given = await GivenConductor.create(config);
    await given.app.start();
    return given;
  }

  async conductor(): Promise<ConductorApi> {
    return this.app.get(BootConfigBindings.CONDUCTOR);
  }

  /** Writes a file below the HTTP root, as if long ago. */
  async write(name: string, content: string): Promise<string> {
    return writeAged(this.dir, `root/${name}`, content);
  }

  /** The path of a file below the HTTP root. */
  path(name: string): string {
    return this.dir.join('root', name);
  }

  async stop(): Promise<void> {
    await this.app.stop();
    await this.remove();
  }

  /** For one that did not start, which cannot be stopped. */
  async remove(): Promise<void> {
    await this.dir.remove();
  }
}
