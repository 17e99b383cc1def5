import {ConductorApi, NotFound, RequestContext} from '../../../src';

/** A call that a stub conductor got. */
export interface ConductorCall {
  context: RequestContext;
  nodeId: string | number;
  name: string;
}

/** What a stub conductor does when it is asked. */
export type Behaviour = (call: ConductorCall) => Promise<unknown>;

/** The script that a stub conductor has for a node. */
export function scriptOf(nodeId: string | number): string {
  return `#!ipxe\necho ${nodeId}\nboot\n`;
}

const likeAnyConductor: Behaviour = async ({nodeId, name}) => {
  if (name !== 'boot.ipxe') throw new NotFound(`${name} could not be found.`);
  return scriptOf(nodeId);
};

/** A conductor in the test process that remembers what it was asked. */
export class StubConductor implements ConductorApi {
  readonly calls: ConductorCall[] = [];

  private behaviour = likeAnyConductor;

  /** Replaces what it does from now on. */
  behave(behaviour: Behaviour): void {
    this.behaviour = behaviour;
  }

  /** Makes it return `result`, whatever it is asked. */
  returns(result: unknown): void {
    this.behave(async () => result);
  }

  reset(): void {
    this.behaviour = likeAnyConductor;
    this.calls.length = 0;
  }

  async getBootConfig(
    context: RequestContext,
    nodeId: string | number,
    name: string,
  ): Promise<string> {
    const call = {context, nodeId, name};
    this.calls.push(call);
    return (await this.behaviour(call)) as string;
  }
}
