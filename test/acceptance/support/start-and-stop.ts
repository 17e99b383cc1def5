import {MAC} from './sample-store';
import {askFor} from './boot-request';
import {givenHost} from './host';

/**
 * A program that starts a host, asks it for scripts and stops it. It ends by
 * itself unless something of the host was left behind.
 *
 * Argument: `[DEFAULT] rpc_transport`.
 */
async function main([transport]: string[]): Promise<void> {
  const host = await givenHost({
    config: {
      DEFAULT: {rpc_transport: transport, host: '127.0.0.1:1'},
      json_rpc: {port: 1},
    },
  });
  const answers = await Promise.all(
    Object.values(MAC).map(mac => askFor(host, {mac})),
  );
  await host.stop();
  console.log(`statuses ${answers.map(a => a.status).join(' ')}`);
}

void main(process.argv.slice(2));
