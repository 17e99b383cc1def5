import {IncomingMessage, ServerResponse} from 'node:http';
import {BindingScope, inject, injectable} from '@loopback/core';
import {BootConfigError} from '../boot-config-error';
import {BootController} from '../controllers/boot.controller';
import {BootExchange, isInBootBranch, parseBootPath, pathOf} from '../http';
import {BootConfigBindings} from '../keys';
import {Logger} from '../logger';

/** Calls the controller, which writes the whole answer. */
export type Dispatch = (
  mac: string,
  name: string,
  response: ServerResponse,
) => Promise<unknown>;

/**
 * Answers every request below `/v1/boot`: to the controller what has the form
 * of a request for a script, the constant 404 to all else.
 *
 * Knows of no framework, so that it serves in front of any host.
 */
@injectable({scope: BindingScope.SINGLETON})
export class BootBranch {
  constructor(
    @inject('controllers.BootController')
    private readonly controller: BootController,
    @inject(BootConfigBindings.option('boot_config.enabled'))
    private readonly enabled: boolean,
    @inject(BootConfigBindings.LOGGER)
    private readonly logger: Logger,
  ) {}

  /**
   * Whether this is a request of the branch.
   *
   * @param path - below the host's base path, without query
   */
  matches(path: string): boolean {
    return isInBootBranch(path);
  }

  /**
   * Answers a request of the branch; never throws.
   *
   * @param path - below the host's base path, without query
   * @param dispatch - how to call the controller
   */
  async answer(
    request: IncomingMessage,
    response: ServerResponse,
    path: string = pathOf(request.url!),
    dispatch: Dispatch = (mac, name, res) =>
      this.controller.getBootConfig(mac, name, res),
  ): Promise<void> {
    try {
      if (!this.enabled) {
        throw new BootConfigError('disabled', '[boot_config] enabled = False');
      }
      const {mac, name} = parseBootPath(request.method, path);
      await dispatch(mac, name, response);
      if (response.writableEnded) return;
      throw new Error(
        'something of the host kept the controller from answering',
      );
    } catch (error) {
      if (response.writableEnded) this.logAfterAnswer(error);
      else new BootExchange(response, this.logger).refuse(error);
    }
  }

  /** The answer is out, and cutting the connection could only damage it. */
  private logAfterAnswer(err: unknown): void {
    this.logger.warn({err}, 'an interceptor of the host failed afterwards');
  }
}
