import {RequestContext} from './request-context';

/** What the API asks of a conductor, in process or over the wire. */
export interface ConductorApi {
  /**
   * The boot configuration `name` of a node.
   *
   * @param nodeId - UUID or integer id
   * @returns its text
   * @throws NotFound, NodeNotFound, UnsupportedDriverExtension
   */
  getBootConfig(
    context: RequestContext,
    nodeId: string | number,
    name: string,
    signal?: AbortSignal,
  ): Promise<string>;
}
