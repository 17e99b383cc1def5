import {Application} from '@loopback/core';
import {ConductorComponent} from '../conductor';
import {
  BootConfigConfig,
  BootConfigOptions,
  ConfigurationError,
  resolveOptions,
} from '../config';
import {BootConfigBindings} from '../keys';
import {Command} from './command';
import {AT_HANGUP, runService} from './run-service';

export const conductor: Command = {
  name: 'conductor',
  summary:
    "answer get_boot_config for this machine's HTTP root (the conductor side)",
  help: `Answers the API's calls with the scripts in [deploy] http_root, and writes the
root script boot.ipxe there. As [DEFAULT] rpc_transport says, it is called over
RabbitMQ (oslo) or on [json_rpc] host_ip and port (json-rpc).

Beside an ironic-conductor without get_boot_config, set [boot_config]
conductor_topic (oslo) or conductor_port (json-rpc) in the ironic.conf of both
sides: it is then an agent, which listens there and writes nothing.

${AT_HANGUP}

  ironic-boot-config conductor --config-file /etc/ironic/ironic.conf`,

  async run(config, _flags, sources) {
    checkRpcTransport(resolveOptions(config));
    await runService(conductorApplication(config), sources);
  },
};

/** @throws ConfigurationError when the API could not call it */
export function checkRpcTransport({DEFAULT}: BootConfigOptions): void {
  const {rpc_transport: transport} = DEFAULT;
  if (['oslo', 'json-rpc'].includes(transport)) return;
  throw new ConfigurationError([
    {
      section: 'DEFAULT',
      option: 'rpc_transport',
      value: transport,
      expected: 'oslo or json-rpc, as another process is to be answered',
    },
  ]);
}

export function conductorApplication(config: BootConfigConfig): Application {
  const application = new Application();
  application.configure(BootConfigBindings.COMPONENT).to(config);
  application.component(ConductorComponent);
  return application;
}
