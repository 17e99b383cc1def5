import {createBindingFromClass} from '@loopback/core';
import {OpenApiSpec, RestApplication} from '@loopback/rest';
import {RestExplorerComponent} from '@loopback/rest-explorer';
import {BootConfigComponent} from './component';
import {ConductorComponent} from './conductor';
import {BootConfigConfig} from './config';
import {BootConfigBindings} from './keys';
import {ProcessMetrics} from './ops';
import {packageVersion} from './project-files';
import {
  FIRMWARE_SERVER,
  FirmwareServer,
  OPERATORS_SERVER,
  OperatorsServer,
} from './servers';

/** Head of the OpenAPI document. */
const INFO: OpenApiSpec = {
  openapi: '3.0.0',
  info: {
    title: 'Boot configuration API for OpenStack Ironic',
    description:
      "Serves a node's boot script to its firmware. Firmware knows a MAC address and nothing else, so every failure is the same 404.",
    version: packageVersion(),
    license: {
      name: 'Apache-2.0',
      url: 'https://www.apache.org/licenses/LICENSE-2.0',
    },
  },
  servers: [{url: '/'}],
  paths: {},
};

/**
 * The API side as a program of its own: a listener for firmware and one for
 * operators, both with LoopBack behind them.
 */
export class BootConfigApplication extends RestApplication {
  constructor(config: BootConfigConfig) {
    super({
      rest: {
        // The two servers below listen in its place.
        listenOnStart: false,
        openApiSpec: {setServersFromRequest: false},
      },
    });
    this.api(INFO);
    this.configure(BootConfigBindings.COMPONENT).to(config);
    this.component(BootConfigComponent);
    if (config.DEFAULT?.rpc_transport?.trim() === 'none') {
      this.component(ConductorComponent);
    }
    this.lifeCycleObserver(ProcessMetrics);
    this.component(RestExplorerComponent);
    this.add(createBindingFromClass(FirmwareServer, {key: FIRMWARE_SERVER}));
    this.add(createBindingFromClass(OperatorsServer, {key: OPERATORS_SERVER}));
  }
}
