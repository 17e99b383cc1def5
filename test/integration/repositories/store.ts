import {Application} from '@loopback/core';
import {juggler} from '@loopback/repository';
import {
  BootConfigBindings,
  BootConfigComponent,
  BootConfigConfig,
  ConductorRepository,
  Logger,
  NodeRepository,
} from '../../../src';

export interface StoreOptions {
  /** `[database]`. */
  database?: BootConfigConfig['database'];
  /** `[boot_config]`. */
  boot_config?: BootConfigConfig['boot_config'];
  /** The host's own, bound as `datasources.ironic`. */
  dataSource?: juggler.DataSource;
  /**
   * Whether the application is started. It then asks the database by itself;
   * default: false.
   */
  started?: boolean;
}

/** Ironic's database as an application with the component sees it. */
export class Store {
  private constructor(
    private readonly application: Application,
    readonly nodes: NodeRepository,
    readonly conductors: ConductorRepository,
    /** What the component logged, one line each. */
    readonly log: string[],
  ) {}

  static async start({
    database,
    boot_config: bootConfig,
    dataSource,
    started = false,
  }: StoreOptions): Promise<Store> {
    const log: string[] = [];
    const application = new Application();
    application.configure(BootConfigBindings.COMPONENT).to({
      DEFAULT: {rpc_transport: 'none'},
      database,
      boot_config: bootConfig,
    });
    application.bind(BootConfigBindings.LOGGER).to(recorder(log));
    if (dataSource) {
      application.bind(BootConfigBindings.DATA_SOURCE).to(dataSource);
    }
    application.component(BootConfigComponent);
    await (started ? application.start() : application.init());
    return new Store(
      application,
      await application.get(BootConfigBindings.NODE_REPOSITORY),
      await application.get(BootConfigBindings.CONDUCTOR_REPOSITORY),
      log,
    );
  }

  stop(): Promise<void> {
    return this.application.stop();
  }
}

function recorder(log: string[]): Logger {
  const record = (details: object, message: string) => {
    log.push(JSON.stringify({message, ...details}));
  };
  return {debug: record, info: record, warn: record, error: record};
}
