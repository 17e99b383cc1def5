import {BootConfigApplication} from '../application';
import {Command} from './command';
import {AT_HANGUP, runService} from './run-service';

export const serve: Command = {
  name: 'serve',
  summary: 'serve boot scripts to firmware (the API side)',
  help: `Listens for firmware on [api] host_ip and port, and for operators on
[boot_config] ops_host_ip and ops_port. With [DEFAULT] rpc_transport = none the
conductor side runs in the same process. ${AT_HANGUP}

  ironic-boot-config serve --config-file /etc/ironic/ironic.conf`,

  async run(config, _flags, sources) {
    await runService(new BootConfigApplication(config), sources);
  },
};
