import {
  BindingScope,
  extensionPoint,
  extensions,
  Getter,
  inject,
  injectable,
} from '@loopback/core';
import {BootConfigBindings} from '../keys';
import {NodeRepository} from '../repositories';
import {NodeNotFound, RequestContext} from '../rpc';
import {BootInterface, UnsupportedBoot} from './boot-interface';
import {Task} from './task';
import {isUuid} from './uuid';

const UNSUPPORTED = new UnsupportedBoot();

/** Acquires nodes for tasks. */
@extensionPoint(BootConfigBindings.BOOT_INTERFACES, {
  scope: BindingScope.SINGLETON,
})
@injectable({scope: BindingScope.SINGLETON})
export class TaskManager {
  constructor(
    @inject(BootConfigBindings.NODE_REPOSITORY)
    private readonly nodes: NodeRepository,
    @extensions()
    private readonly bootInterfaces: Getter<BootInterface[]>,
  ) {}

  /**
   * A task with a shared lock on a node. It does not wait for an exclusive lock
   * that somebody else holds, as it reads only.
   *
   * @param nodeId - UUID or integer id
   * @param signal - fires when nobody waits for the result any more
   * @throws NodeNotFound
   */
  async acquireShared(
    context: RequestContext,
    nodeId: string | number,
    signal: AbortSignal,
  ): Promise<Task> {
    const ident = toIdent(nodeId);
    const node =
      ident === undefined
        ? undefined
        : await this.nodes.findByIdent(ident, signal);
    if (!node) throw new NodeNotFound(nodeId);
    const boot = await this.bootInterfaceOf(node.bootInterface);
    return new Task(
      context,
      node,
      boot,
      () => this.nodes.findPorts(node, signal),
      signal,
    );
  }

  private async bootInterfaceOf(
    name: string | null | undefined,
  ): Promise<BootInterface> {
    const all = await this.bootInterfaces();
    return all.find(i => name && i.names.includes(name)) ?? UNSUPPORTED;
  }
}

/**
 * An integer id may come as text, in its plain form. What is neither that nor a
 * UUID is `undefined`: the database could not even compare some of it.
 */
function toIdent(nodeId: string | number): string | number | undefined {
  const text = String(nodeId);
  if (/^(0|[1-9]\d{0,14})$/.test(text)) return Number(text);
  return isUuid(text) ? text : undefined;
}
