import {BindingScope, inject, injectable} from '@loopback/core';
import {BootConfigBindings} from '../keys';
import {ConductorApi, RequestContext} from '../rpc';
import {TaskManager} from './task-manager';

/** The methods of a conductor that can be called over RPC. */
@injectable({scope: BindingScope.SINGLETON})
export class ConductorManager implements ConductorApi {
  constructor(
    @inject(BootConfigBindings.TASK_MANAGER)
    private readonly tasks: TaskManager,
    @inject(BootConfigBindings.option('boot_config.request_timeout'))
    private readonly timeout: number,
  ) {}

  async getBootConfig(
    context: RequestContext,
    nodeId: string | number,
    name: string,
    signal: AbortSignal = AbortSignal.timeout(this.timeout * 1000),
  ): Promise<string> {
    const task = await this.tasks.acquireShared(context, nodeId, signal);
    // `validate` is not called: its messages would tell of the node's fields.
    return task.boot.getBootConfig(task, name);
  }
}
