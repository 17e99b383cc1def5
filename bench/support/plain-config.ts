import {BootConfigConfig} from '../../src';

/** Everything in one process, as the environment of a contender says. */
export function plainConfig(): BootConfigConfig {
  return {
    DEFAULT: {rpc_transport: 'none', host: 'bench'},
    database: {connection: `memory:${process.env.STORE}`},
    deploy: {http_root: process.env.HTTP_ROOT},
  };
}
