import {
  BindingScope,
  config,
  extensionPoint,
  extensions,
  Getter,
  inject,
} from '@loopback/core';
import {
  BootConfigConfig,
  BootConfigOptions,
  checkAll,
  Mutation,
  MutableOptions,
  resolveOptions,
} from '../config';
import {checkTogether} from '../config/resolve-options';
import {BootConfigBindings} from '../keys';
import {Logger} from '../logger';
import {Reconfigurable, TakeOver} from './reconfigurable';

/**
 * Gives a running application new values of its mutable options, and has it read
 * the files anew that options name: certificates, the template of the root
 * script.
 */
@extensionPoint(BootConfigBindings.RECONFIGURABLES, {
  scope: BindingScope.SINGLETON,
})
export class ReconfigurationService {
  private latest: Promise<unknown> = Promise.resolve();

  constructor(
    @inject(BootConfigBindings.MUTABLE_OPTIONS)
    private readonly mutable: MutableOptions,
    @inject(BootConfigBindings.OPTIONS)
    private readonly options: BootConfigOptions,
    @config.getter({fromBinding: BootConfigBindings.COMPONENT})
    private readonly configured: Getter<BootConfigConfig | undefined>,
    @inject(BootConfigBindings.LOGGER)
    private readonly logger: Logger,
    @extensions()
    private readonly reconfigurables: Getter<Reconfigurable[]>,
  ) {}

  /**
   * Takes over a configuration, which is as whole as that at start: an option
   * that is not in it gets its default. Requests that are under way keep what
   * they have looked at. One after the other when called again meanwhile.
   *
   * @param given - by default what the application is configured with by now,
   *   under `BootConfigBindings.COMPONENT`
   * @returns what has changed, and what would need a restart
   * @throws ConfigurationError with every problem; nothing has changed then
   */
  async reconfigure(given?: BootConfigConfig): Promise<Mutation> {
    const run = this.latest.then(async () =>
      this.takeOver(given ?? (await this.configured())),
    );
    this.latest = run.catch(() => {});
    return run;
  }

  private async takeOver(given?: BootConfigConfig): Promise<Mutation> {
    if (this.options !== this.mutable.options) {
      throw new Error(
        `the application binds ${BootConfigBindings.OPTIONS.key}`,
      );
    }
    const mutation = this.mutable.compare(resolveOptions(given));
    // Old values of some with new ones of others.
    checkTogether(mutation.options);
    const takeOvers = await this.prepare(mutation.options);
    this.mutable.replace(mutation.options);
    this.log(mutation);
    for (const takeOver of takeOvers) {
      try {
        await takeOver();
      } catch (err) {
        this.logger.error({err}, 'a part could not take over the options');
      }
    }
    return mutation;
  }

  private async prepare(options: BootConfigOptions): Promise<TakeOver[]> {
    const takeOvers: TakeOver[] = [];
    const parts = await this.reconfigurables();
    await checkAll(
      ...parts.map(part => async () => {
        takeOvers.push(await part.prepare(options));
      }),
    );
    return takeOvers;
  }

  private log({changed, needRestart}: Mutation): void {
    for (const {section, option, from, to} of changed) {
      this.logger.info({from, to}, `[${section}] ${option} has changed`);
    }
    for (const option of needRestart) {
      this.logger.warn({}, `${option} has changed, which needs a restart`);
    }
  }
}
