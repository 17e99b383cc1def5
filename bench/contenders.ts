import {join} from 'node:path';
import {EmbeddedStore} from '../src/repositories/embedded';
import {freePort} from '../test/support/ports';
import {Deployment, settings, writeScripts} from './support/deployment';
import {hasNginx, startNginx} from './support/nginx';
import {Program} from './support/program';

const HOST = '127.0.0.1';
// As oslo.db's default, for all contenders alike.
const POOL_SIZE = 5;

/** Something that serves scripts, and how to start it. */
export interface Contender {
  name: string;
  /** What its result is divided by. */
  against?: string;
  /** Path below which it serves, if that is not `/v1/boot`. */
  base?: string;
  start(port: number): Promise<Program>;
}

export async function contenders(deployment: Deployment): Promise<Contender[]> {
  const {database, rpcPort, owners} = deployment;
  const embedded = await embeddedStore(deployment);
  const baseline = (file: string, env: NodeJS.ProcessEnv) => (port: number) =>
    Program.node(
      [join(__dirname, 'baselines', file)],
      {...env, PORT: String(port)},
      {host: HOST, port},
    );
  const serve =
    (options: Record<string, string | number>) => async (port: number) =>
      Program.command(
        [
          'serve',
          ...settings({
            'api.host_ip': HOST,
            'api.port': port,
            'boot_config.ops_port': await freePort(),
            ...options,
          }),
        ],
        {host: HOST, port},
      );
  return [
    ...(hasNginx
      ? [
          {
            name: 'nginx, static files',
            start: (port: number) => startNginx(deployment, port),
          },
        ]
      : []),
    {name: 'node:http, a constant', start: baseline('constant.js', {})},
    {
      name: 'hand-written, MariaDB and JSON-RPC',
      start: baseline('hand-written.js', {
        DATABASE: database.url.replace('mysql+pymysql', 'mysql'),
        POOL_SIZE: String(POOL_SIZE),
        OWNERS: await deployment.dir.write(
          'owners.json',
          JSON.stringify(owners),
        ),
        RPC_PORT: String(rpcPort),
      }),
    },
    {
      name: 'serve, MariaDB and JSON-RPC',
      against: 'hand-written, MariaDB and JSON-RPC',
      start: serve({
        'DEFAULT.rpc_transport': 'json-rpc',
        'json_rpc.port': rpcPort,
        'database.connection': database.url,
        'database.max_pool_size': POOL_SIZE,
      }),
    },
    {
      name: 'serve, all in one process',
      against: 'node:http, a constant',
      start: serve({
        'DEFAULT.rpc_transport': 'none',
        'DEFAULT.host': 'bench',
        'database.connection': `memory:${embedded.store}`,
        'deploy.http_root': embedded.root,
      }),
    },
    {
      name: 'stock LoopBack route, all in one process',
      base: '/stock',
      start: baseline('loopback-route.js', {
        STORE: embedded.store,
        HTTP_ROOT: embedded.root,
      }),
    },
    {
      name: 'mounted in LoopBack, all in one process',
      against: 'stock LoopBack route, all in one process',
      start: baseline('loopback-route.js', {
        STORE: embedded.store,
        HTTP_ROOT: embedded.root,
      }),
    },
  ];
}

async function embeddedStore({dir, nodes}: Deployment) {
  const root = dir.join('embedded');
  await writeScripts(root, nodes);
  const store: EmbeddedStore = {
    conductors: [{hostname: 'bench', hardware_types: ['fake-hardware']}],
    nodes: nodes.map(({uuid, mac}) => ({
      uuid,
      driver: 'fake-hardware',
      provision_state: 'wait call-back',
      ports: [mac],
    })),
  };
  return {root, store: await dir.write('store.json', JSON.stringify(store))};
}
