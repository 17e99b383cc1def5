import {createBindingFromClass} from '@loopback/core';
import {RepositoryMixin} from '@loopback/repository';
import {RestApplication, RestBindings, RestServerConfig} from '@loopback/rest';
import {
  BootConfigBindings,
  BootConfigComponent,
  ConductorComponent,
} from 'loopback4-ironic-boot-config';
import {
  NodesController,
  PortsController,
  VersionsController,
} from './controllers';
import {Deployment} from './deployment';
import {FaultProvider} from './fault.provider';
import {MicroversionProvider} from './microversions';
import {NodeRepository, PortRepository} from './repositories';

/** A small, read-only part of Ironic's API, with the boot configuration API. */
export class IronicApiApplication extends RepositoryMixin(RestApplication) {
  constructor(deployment: Deployment, rest: Partial<RestServerConfig>) {
    super({rest, shutdown: {signals: ['SIGINT', 'SIGTERM']}});
    this.mountBootConfigurationApi(deployment);

    this.repository(NodeRepository);
    this.repository(PortRepository);
    this.controller(VersionsController);
    this.controller(NodesController);
    this.controller(PortsController);
    this.add(createBindingFromClass(MicroversionProvider));
    this.bind(RestBindings.SequenceActions.REJECT).toProvider(FaultProvider);
  }

  /** All that it takes. */
  private mountBootConfigurationApi(deployment: Deployment): void {
    // The component reads Ironic's tables through the data source of this name.
    this.dataSource(deployment.dataSource, 'ironic');
    this.onStop(deployment.close);

    this.configure(BootConfigBindings.COMPONENT).to(deployment.bootConfig);
    this.component(BootConfigComponent);
    if (deployment.bootConfig.DEFAULT?.rpc_transport === 'none') {
      this.component(ConductorComponent);
    }
  }
}
