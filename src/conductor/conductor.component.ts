import {
  Application,
  Binding,
  Component,
  CoreBindings,
  createBindingFromClass,
  inject,
} from '@loopback/core';
import {IronicComponent} from '../ironic.component';
import {BootConfigBindings} from '../keys';
import {withoutBound} from '../without-bound';
import {ConductorManager} from './conductor.manager';
import {HttpRootObserver} from './http-root.observer';
import {IPXEBoot} from './ipxe-boot';
import {JsonRpcServer} from './json-rpc.server';
import {OsloServer} from './oslo.server';
import {TaskManager} from './task-manager';

/**
 * The conductor side: `get_boot_config` for the nodes whose scripts lie in this
 * machine's HTTP root, in process or over RPC. Takes the same configuration as
 * `BootConfigComponent`, from `BootConfigBindings.COMPONENT`.
 */
export class ConductorComponent implements Component {
  readonly components = [IronicComponent];
  readonly lifeCycleObservers = [HttpRootObserver];
  readonly bindings: Binding[];

  constructor(@inject(CoreBindings.APPLICATION_INSTANCE) app: Application) {
    this.bindings = withoutBound(app, [
      createBindingFromClass(ConductorManager, {
        key: BootConfigBindings.CONDUCTOR,
      }),
      createBindingFromClass(TaskManager, {
        key: BootConfigBindings.TASK_MANAGER,
      }),
      createBindingFromClass(IPXEBoot),
      createBindingFromClass(JsonRpcServer, {
        key: `${CoreBindings.SERVERS}.JsonRpcServer`,
      }),
      createBindingFromClass(OsloServer, {
        key: `${CoreBindings.SERVERS}.OsloServer`,
      }),
    ]);
  }
}
