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
import {createIronicDataSource} from './ironic-data-source';
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
 * from `[database] connection` and closed at stop.
 */
@lifeCycleObserver('datasource')
@injectable({scope: BindingScope.SINGLETON})
export class IronicDatabase implements Repositories, LifeCycleObserver {
  readonly nodes: NodeRepository;
  readonly conductors: ConductorRepository;

  private readonly ownClient?: MysqlClient;

  /** @throws ConfigurationError when there is no database to use */
  constructor(
    @inject(BootConfigBindings.OPTIONS) options: BootConfigOptions,
    @inject(BootConfigBindings.LOGGER) logger: Logger,
    @inject(BootConfigBindings.DATA_SOURCE, {optional: true})
    hostDataSource?: juggler.DataSource,
  ) {
    const file = embeddedFile(options.database.connection ?? '');
    if (!hostDataSource && !file) {
      requireConnection(options);
      this.ownClient = new MysqlClient(createIronicDataSource(options, logger));
    }
    const {nodes, conductors} = hostDataSource
      ? repositoriesOn(hostDataSource)
      : this.ownClient
        ? mysqlRepositories(this.ownClient)
        : embeddedRepositories(file!);
    this.nodes = nodes;
    this.conductors = conductors;
  }

  async stop(): Promise<void> {
    await this.ownClient?.close();
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
