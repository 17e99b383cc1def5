import {createBindingFromClass} from '@loopback/core';
import {RestApplication} from '@loopback/rest';
import {RestExplorerComponent} from '@loopback/rest-explorer';
import {BootConfigComponent} from './component';
import {ConductorComponent} from './conductor';
import {BootConfigConfig, resolveOptions} from './config';
import {BootConfigBindings} from './keys';
import {
  FIRMWARE_SERVER,
  FirmwareServer,
  OPERATORS_SERVER,
  OperatorsServer,
} from './servers';

/**
 * The API side as a program of its own: a listener for firmware and one for
 * operators, both with LoopBack behind them.
 */
export class BootConfigApplication extends RestApplication {
  /** @throws ConfigurationError */
  constructor(config: BootConfigConfig) {
    super({
      rest: {
        // The two servers below listen in its place.
        listenOnStart: false,
        openApiSpec: {setServersFromRequest: false},
      },
    });
    const options = resolveOptions(config);
    this.configure(BootConfigBindings.COMPONENT).to(config);
    this.component(BootConfigComponent);
    if (options.DEFAULT.rpc_transport === 'none') {
      this.component(ConductorComponent);
    }
    this.component(RestExplorerComponent);
    this.add(createBindingFromClass(FirmwareServer, {key: FIRMWARE_SERVER}));
    this.add(createBindingFromClass(OperatorsServer, {key: OPERATORS_SERVER}));
  }
}
