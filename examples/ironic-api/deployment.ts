import {juggler} from '@loopback/repository';
import {BootConfigConfig} from 'loopback4-ironic-boot-config';

/** An Ironic that this API stands in front of. */
export interface Deployment {
  /** Ironic's database. */
  dataSource: juggler.DataSource;
  /** Options of the boot configuration API, as in ironic.conf. */
  bootConfig: BootConfigConfig;
  /** Ends what was opened for it. */
  close: () => Promise<void>;
}

/**
 * An Ironic whose conductors answer JSON-RPC.
 *
 * @param database - URL of its database, mysql://USER:PASSWORD@HOST/ironic
 */
export function deploymentAt(database: string): Deployment {
  const {hostname, port, username, password, pathname} = new URL(database);
  const dataSource = new juggler.DataSource({
    name: 'ironic',
    connector: 'mysql',
    host: hostname,
    port: Number(port || 3306),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: pathname.slice(1),
    collation: 'utf8mb4_general_ci',
  });
  // The schema is Ironic's. Not above, as the driver would complain of it.
  dataSource.settings.disableMigration = true;
  // Without a listener a refused connection would end the process.
  dataSource.on('error', error => console.error(String(error)));
  return {
    dataSource,
    bootConfig: {DEFAULT: {rpc_transport: 'json-rpc'}},
    close: () => dataSource.disconnect(),
  };
}
