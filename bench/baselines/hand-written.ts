import {readFileSync} from 'node:fs';
import {createServer, IncomingMessage, ServerResponse} from 'node:http';
import {createPool, RowDataPacket} from 'mysql2/promise';
import {Pool} from 'undici';

/**
 * The same work per request as `serve`, one request at a time, written by hand
 * as well as it can be: a prepared join, the state gate, one JSON-RPC call, the
 * check of the script. Which conductor serves a node comes from a table that is
 * made once, so that it has no ring to search.
 */

interface Row extends RowDataPacket {
  uuid: string;
  provision_state: string;
}

const JOIN =
  'SELECT n.id, n.uuid, n.name, n.driver, n.conductor_group, n.provision_state, n.conductor_affinity, n.boot_interface FROM ports p JOIN nodes n ON n.id = p.node_id WHERE p.address = ?';
const PATH = /^\/v1\/boot\/([^/]+)\/boot\.ipxe$/;

const env = process.env as Record<string, string>;
const database = createPool({
  uri: env.DATABASE,
  connectionLimit: Number(env.POOL_SIZE),
});
const owners = JSON.parse(readFileSync(env.OWNERS, 'utf8')) as Record<
  string,
  string
>;
const conductors = new Map(
  [...new Set(Object.values(owners))].map(host => [
    host,
    new Pool(`http://${host}:${env.RPC_PORT}`, {connections: 32}),
  ]),
);
let calls = 0;

async function script(mac: string): Promise<Buffer | undefined> {
  const address = decodeURIComponent(mac).replaceAll('-', ':').toLowerCase();
  const [[node]] = await database.execute<Row[]>(JOIN, [address]);
  if (node?.provision_state !== 'wait call-back') return undefined;
  const id = `req-${calls++}`;
  const {body} = await conductors.get(owners[node.uuid])!.request({
    method: 'POST',
    path: '/',
    headers: {'content-type': 'application/json'},
    body: JSON.stringify({
      jsonrpc: '2.0',
      method: 'get_boot_config',
      params: {
        node_id: node.uuid,
        name: 'boot.ipxe',
        context: {request_id: id},
        'rpc.version': '1.63',
      },
      id,
    }),
  });
  const {result} = (await body.json()) as {result?: string};
  return result?.startsWith('#!ipxe\n') ? Buffer.from(result) : undefined;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const mac = PATH.exec(request.url!)?.[1];
  const found = mac && (await script(mac).catch(() => undefined));
  const body = found || Buffer.from('Not Found\n');
  response.statusCode = found ? 200 : 404;
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.setHeader('Content-Length', body.length);
  response.setHeader('Cache-Control', 'no-store');
  response.end(body);
}

createServer((request, response) => void answer(request, response)).listen(
  Number(env.PORT),
  '127.0.0.1',
  () => console.log('listening'),
);
