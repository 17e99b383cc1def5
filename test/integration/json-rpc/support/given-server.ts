import {Application} from '@loopback/core';
import {
  BootConfigBindings,
  BootConfigConfig,
  ConductorComponent,
} from '../../../../src';
import {RecordingLogger} from '../../../acceptance/support/recording-logger';
import {StubConductor} from '../../../acceptance/support/stub-conductor';
import {freePort} from '../../../support/ports';
import {TempDir} from '../../../support/temp-dir';

/** An application that answers JSON-RPC with a conductor of the test's own. */
export class GivenServer {
  readonly conductor = new StubConductor();
  readonly logger = new RecordingLogger();
  readonly app = new Application();

  private constructor(
    readonly port: number,
    private readonly dir: TempDir,
  ) {}

  /** Not started yet. `port` is given as `[json_rpc] port`. */
  static async create(
    config: BootConfigConfig = {},
    port?: number,
  ): Promise<GivenServer> {
    const server = new GivenServer(
      port ?? (await freePort()),
      await TempDir.create(),
    );
    const {app, conductor, logger, dir} = server;
    // The component wants both, though the conductor of the test needs none.
    const store = await dir.write('s.json', '{"nodes": [], "conductors": []}');
    app.bind(BootConfigBindings.CONDUCTOR).to(conductor);
    app.bind(BootConfigBindings.LOGGER).to(logger);
    app.configure(BootConfigBindings.COMPONENT).to({
      ...config,
      DEFAULT: {
        rpc_transport: 'json-rpc',
        host: '127.0.0.1',
        ...config.DEFAULT,
      },
      database: {connection: `memory:${store}`},
      deploy: {http_root: dir.path},
      json_rpc: {port: server.port, ...config.json_rpc},
    });
    app.component(ConductorComponent);
    return server;
  }

  static async start(
    config?: BootConfigConfig,
    port?: number,
  ): Promise<GivenServer> {
    const server = await GivenServer.create(config, port);
    try {
      await server.app.start();
    } catch (error) {
      // What did not start cannot be stopped.
      await server.dir.remove();
      throw error;
    }
    return server;
  }

  async stop(): Promise<void> {
    await this.app.stop();
    await this.dir.remove();
  }
}
