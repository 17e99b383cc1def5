import {IncomingMessage, ServerResponse} from 'node:http';
import {BindingScope, inject, injectable} from '@loopback/core';
import {BootConfigError} from '../boot-config-error';
import {BootController} from '../controllers/boot.controller';
import {BootConfigOptions} from '../config';
import {derived} from '../config/derived';
import {
  BootExchangeFactory,
  isInBootBranch,
  parseBootPath,
  pathOf,
} from '../http';
import {RateLimiter} from '../http/rate-limiter';
import {TokenBucketOptions} from '../http/token-bucket';
import {UnreadAnswers} from '../http/unread-answers';
import {BootConfigBindings} from '../keys';
import {Logger} from '../logger';

// iPXE sends one request at a time. A client that sends many and reads nothing
// could fill the memory with answers.
const MOST_ON_A_CONNECTION = 16;

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
  /** Made anew when its limits change, everybody having all tokens again. */
  private readonly limiter = derived(
    () => {
      const {boot_config: own} = this.options;
      return [
        own.source_rate,
        own.source_burst,
        own.total_rate,
        own.total_burst,
      ];
    },
    (sourceRate, sourceBurst, totalRate, totalBurst) =>
      new RateLimiter(
        limit(sourceRate, sourceBurst),
        limit(totalRate, totalBurst),
      ),
  );
  private readonly unread = new UnreadAnswers();
  private inFlight = 0;

  constructor(
    @inject('controllers.BootController')
    private readonly controller: BootController,
    @inject(BootConfigBindings.OPTIONS)
    private readonly options: BootConfigOptions,
    @inject(BootConfigBindings.EXCHANGES)
    private readonly exchanges: BootExchangeFactory,
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

  /** Requests that wait for their answer. */
  get requestsInFlight(): number {
    return this.inFlight;
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
    this.inFlight += 1;
    try {
      this.admit(request, response);
      const {mac, name} = parseBootPath(request.method, path);
      await dispatch(mac, name, response);
      if (response.writableEnded) return;
      throw new Error(
        'something of the host kept the controller from answering',
      );
    } catch (error) {
      if (response.writableEnded) this.logAfterAnswer(error);
      else this.exchanges.open(response).refuse(error);
    } finally {
      this.inFlight -= 1;
    }
  }

  /** @throws BootConfigError `disabled`, `overloaded`, `rate_limited` */
  private admit(request: IncomingMessage, response: ServerResponse): void {
    const {enabled, max_requests_in_flight: most} = this.options.boot_config;
    if (!enabled) {
      throw new BootConfigError('disabled', '[boot_config] enabled = False');
    }
    if (this.inFlight > most) {
      throw new BootConfigError(
        'overloaded',
        `${most} requests are being worked on ([boot_config] max_requests_in_flight)`,
      );
    }
    if (this.unread.add(request, response) > MOST_ON_A_CONNECTION) {
      throw new BootConfigError(
        'overloaded',
        `the client has not read ${MOST_ON_A_CONNECTION} answers on its connection`,
      );
    }
    if (!this.limiter().take(this.exchanges.sourceOf(request))) {
      throw new BootConfigError(
        'rate_limited',
        'more requests than [boot_config] source_rate or total_rate allows',
      );
    }
  }

  /** The answer is out, and cutting the connection could only damage it. */
  private logAfterAnswer(err: unknown): void {
    this.logger.warn({err}, 'an interceptor of the host failed afterwards');
  }
}

function limit(
  rate: number | undefined,
  burst: number,
): TokenBucketOptions | undefined {
  return rate === undefined ? undefined : {rate, burst};
}
