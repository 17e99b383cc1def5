import {BindingScope, inject, injectable} from '@loopback/core';
import {BootConfigError, Reason} from '../boot-config-error';
import {Step} from '../boot-trace';
import {BootConfigOptions} from '../config';
import {BootConfigBindings} from '../keys';
import {Logger} from '../logger';
import {BootEvent} from './boot-event';
import {asBootEventSink, BootEventSink} from './boot-event-sink';

/** Reasons that are no part of normal life, and who has to look at them. */
const LEVELS: Partial<Record<Reason, 'warn' | 'error'>> = {
  overloaded: 'warn',
  database_unavailable: 'error',
  no_conductor: 'warn',
  conductor_unreachable: 'warn',
  conductor_timeout: 'warn',
  conductor_error: 'warn',
  rpc_unsupported: 'error',
  script_unsound: 'error',
  deadline_exceeded: 'warn',
  internal_error: 'error',
};

/** What a line has of its own, or what would make it too long. */
const NOT_LOGGED = {
  id: undefined,
  time: undefined,
  message: undefined,
  remark: undefined,
  steps: undefined,
};

/** One line in the log for each request; with `[DEFAULT] debug`, its steps. */
@injectable(asBootEventSink, {scope: BindingScope.SINGLETON})
export class EventLog implements BootEventSink {
  readonly name = 'log';

  constructor(
    @inject(BootConfigBindings.LOGGER)
    private readonly logger: Logger,
    @inject(BootConfigBindings.OPTIONS)
    private readonly options: BootConfigOptions,
  ) {}

  take(event: BootEvent, failure?: BootConfigError): void {
    if (this.options.DEFAULT.debug) this.explain(event);
    const details = {...event, ...NOT_LOGGED};
    this.logger[levelOf(event)](
      event.reason === 'internal_error'
        ? // The stack of what nobody expected is all there is to go by.
          {...details, err: failure?.cause}
        : details,
      event.message,
    );
  }

  private explain({request_id, steps}: BootEvent): void {
    for (const {name, ...step} of steps) {
      this.logger.debug({request_id, step: name, ...step}, inWords(name, step));
    }
  }
}

function levelOf({reason, remark}: BootEvent): 'info' | 'warn' | 'error' {
  if (remark) return 'warn';
  return (reason && LEVELS[reason]) ?? 'info';
}

const WHAT = {
  database: 'looked for the node in the database',
  ring: 'looked for its conductors in the hash ring',
  rpc: 'asked conductor',
};

function inWords(
  name: Step['name'],
  {conductor, reason}: Omit<Step, 'name'>,
): string {
  const whom = conductor ? ` ${conductor}` : '';
  return `${WHAT[name]}${whom}${reason ? `, in vain: ${reason}` : ''}`;
}
