import {
  BindingScope,
  inject,
  injectable,
  LifeCycleObserver,
  lifeCycleObserver,
} from '@loopback/core';
import {juggler} from '@loopback/repository';
import {ConfigurationError} from '../config/configuration-error';
import {embeddedFile} from '../config/database-url';
import {BootConfigOptions} from '../config/options';
import {BootConfigBindings} from '../keys';
import {Logger} from '../logger';
import {ConductorRepository} from './conductor.repository';
import {CrudConductorRepository, CrudNodeRepository} from './crud';
import {
  EmbeddedConductorRepository,
  EmbeddedNodeRepository,
  readEmbeddedStore,
} from './embedded';
import {createIronicDataSource, survive} from './ironic-data-source';
import {
  MysqlClient,
  MysqlConductorRepository,
  MysqlNodeRepository,
} from './mysql';
import {NodeRepository} from './node.repository';

interface Repositories {
  nodes: NodeRepository;
  conductors: ConductorRepository;
}

/**
 * Ironic's database: the data source that the host bound, or one that is made
 * from `[database] connection` and closed at stop. Opened when a repository is
 * first asked for, so that a host with repositories of its own needs neither.
 */
@lifeCycleObserver('datasource')
@injectable({scope: BindingScope.SINGLETON})
export class IronicDatabase implements Repositories, LifeCycleObserver {
  private opened?: Repositories;
  private ownClient?: MysqlClient;

  constructor(
    @inject(BootConfigBindings.OPTIONS)
    private readonly options: BootConfigOptions,
    @inject(BootConfigBindings.LOGGER)
    private readonly logger: Logger,
    @inject(BootConfigBindings.DATA_SOURCE, {optional: true})
    private readonly hostDataSource?: juggler.DataSource,
  ) {}

  /** @throws ConfigurationError when there is no database to use */
  get nodes(): NodeRepository {
    return this.open().nodes;
  }

  /** @throws ConfigurationError when there is no database to use */
  get conductors(): ConductorRepository {
    return this.open().conductors;
  }

  async stop(): Promise<void> {
    await this.ownClient?.close();
  }

  /** @throws ConfigurationError when there is no database to use */
  open(): Repositories {
    this.opened ??= this.openRepositories();
    return this.opened;
  }

  private openRepositories(): Repositories {
    const {options, logger, hostDataSource} = this;
    if (hostDataSource) {
      survive(hostDataSource, logger);
      return repositoriesOn(hostDataSource);
    }
    const file = embeddedFile(options.database.connection ?? '');
    if (file) return embeddedRepositories(file);
    requireConnection(options);
    this.ownClient = new MysqlClient(
      createIronicDataSource(options, logger),
      () => options.boot_config.request_timeout,
    );
    return mysqlRepositories(this.ownClient);
  }
}

function requireConnection({database}: BootConfigOptions): void {
  if (database.connection) return;
  throw new ConfigurationError([
    {
      section: 'database',
      option: 'connection',
      value: undefined,
      expected:
        'an SQLAlchemy URL such as mysql+pymysql://USER:PASSWORD@HOST/ironic, or memory:FILE.json, or a data source bound as datasources.ironic',
    },
  ]);
}

function repositoriesOn(dataSource: juggler.DataSource): Repositories {
  if (dataSource.connector?.name === 'mysql') {
    return mysqlRepositories(new MysqlClient(dataSource));
  }
  return {
    nodes: new CrudNodeRepository(dataSource),
    conductors: new CrudConductorRepository(dataSource),
  };
}

function mysqlRepositories(client: MysqlClient): Repositories {
  return {
    nodes: new MysqlNodeRepository(client),
    conductors: new MysqlConductorRepository(client),
  };
}

function embeddedRepositories(file: string): Repositories {
  const store = readEmbeddedStore(file);
  return {
    nodes: new EmbeddedNodeRepository(store),
    conductors: new EmbeddedConductorRepository(store),
  };
}
