import {Node, Port} from '../models';
import {RequestContext} from '../rpc';
import type {BootInterface} from './boot-interface';

/**
 * A piece of work on a node with a shared lock: others may read the node
 * meanwhile, and nothing is written to it.
 */
export class Task {
  readonly shared = true;

  /**
   * @param boot - the node's boot interface
   * @param loadPorts - reads the node's ports; most tasks never ask for them
   * @param signal - fires when nobody waits for the result any more
   */
  constructor(
    readonly context: RequestContext,
    readonly node: Node,
    readonly boot: BootInterface,
    private readonly loadPorts: () => Promise<Port[]>,
    readonly signal: AbortSignal,
  ) {}

  private loadedPorts?: Promise<Port[]>;

  /** The node's ports. */
  ports(): Promise<Port[]> {
    this.loadedPorts ??= this.loadPorts();
    return this.loadedPorts;
  }
}
