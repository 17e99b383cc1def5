import {BindingScope, inject, injectable} from '@loopback/core';
import {BootConfigOptions} from '../config';
import {BootConfigBindings} from '../keys';
import {ConductorApi, RequestContext} from '../rpc';
import {TaskManager} from './task-manager';

/** The methods of a conductor that can be called over RPC. */
@injectable({scope: BindingScope.SINGLETON})
export class ConductorManager implements ConductorApi {
  constructor(
    @inject(BootConfigBindings.TASK_MANAGER)
    private readonly tasks: TaskManager,
    @inject(BootConfigBindings.OPTIONS)
    private readonly options: BootConfigOptions,
  ) {}

  async getBootConfig(
    context: RequestContext,
    nodeId: string | number,
    name: string,
    signal: AbortSignal = this.deadline(),
  ): Promise<string> {
    const task = await this.tasks.acquireShared(context, nodeId, signal);
    // `validate` is not called: its messages would tell of the node's fields.
    return task.boot.getBootConfig(task, name);
  }

  private deadline(): AbortSignal {
    const {request_timeout: timeout} = this.options.boot_config;
    return AbortSignal.timeout(timeout * 1000);
  }
}
