import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {Deployment} from '../deployment';
import {CONDUCTOR, nodes, scriptFor} from './rows';
import {sampleDataSource} from './sample-data-source';

/**
 * An Ironic in this process: a database in memory, and one conductor with an
 * HTTP root in a temporary directory.
 */
export async function sampleDeployment(): Promise<Deployment> {
  const httpRoot = await mkdtemp(join(tmpdir(), 'ironic-api-'));
  for (const {uuid} of nodes) await writeScript(httpRoot, uuid);
  return {
    dataSource: await sampleDataSource(),
    bootConfig: {
      DEFAULT: {host: CONDUCTOR, rpc_transport: 'none'},
      deploy: {http_root: httpRoot},
      // The rows of the sample are not touched again: no heartbeats.
      conductor: {heartbeat_timeout: 0},
    },
    close: () => rm(httpRoot, {recursive: true, force: true}),
  };
}

async function writeScript(httpRoot: string, uuid: string): Promise<void> {
  await mkdir(join(httpRoot, uuid));
  await writeFile(join(httpRoot, uuid, 'config'), scriptFor(uuid));
}
