import {freePort} from '../support/ports';
import {describeBesideIronic} from './support/beside-ironic.suite';

describe('Beside an unmodified Ironic, over JSON-RPC', function () {
  this.timeout(240_000);

  describeBesideIronic(
    async () => ({
      rpc: {DEFAULT: {rpc_transport: 'json-rpc'}},
      // Free on every address that an agent may have.
      agents: {conductor_port: await freePort('0.0.0.0')},
    }),
    /Method get_boot_config was not found; .*beside it.*conductor_port/,
  );
});
