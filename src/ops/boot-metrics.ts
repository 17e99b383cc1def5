import {BindingScope, Getter, inject, injectable} from '@loopback/core';
import {Counter, Gauge, Histogram, Registry} from 'prom-client';
import {REASONS} from '../boot-config-error';
import {Step} from '../boot-trace';
import {BootConfigBindings} from '../keys';
import type {BootBranch} from '../middleware/boot-branch';
import {HashRingManager} from '../services/hash-ring-manager';
import {BootEvent, OUTCOMES} from './boot-event';
import {asBootEventSink, BootEventSink} from './boot-event-sink';
import type {BootEvents} from './boot-events';

/** Begins the name of every metric but those of the process. */
export const PREFIX = 'boot_config_';

// Seconds. A script takes some milliseconds; request_timeout is 5 s by default
// and 60 s at most.
const BUCKETS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
];

/**
 * Counts requests for Prometheus, in a registry of its own, since the global
 * one of prom-client is the host's.
 *
 * Labels come from closed lists, but for the conductors: their series end when
 * they are registered no more. A machine is never a label.
 */
@injectable(asBootEventSink, {scope: BindingScope.SINGLETON})
export class BootMetrics implements BootEventSink {
  readonly name = 'metrics';
  readonly registry = new Registry();

  private readonly requests = this.counter(
    'requests_total',
    'Requests below /v1/boot by what they got and why.',
    ['outcome', 'reason'],
  );
  private readonly duration = this.histogram(
    'request_duration_seconds',
    'Time from a request to its answer.',
    ['outcome'],
  );
  private readonly database = this.histogram(
    'database_duration_seconds',
    'Time that requests waited for the node from the database.',
    ['result'],
  );
  private readonly rpc = this.histogram(
    'rpc_duration_seconds',
    'Time that requests waited for a conductor.',
    ['conductor'],
    () => this.forgetUnregistered(),
  );
  private readonly rpcCalls = this.counter(
    'rpc_calls_total',
    'Calls of conductors by how they ended: ok, or the reason of the failure.',
    ['conductor', 'result'],
  );
  private readonly scripts = this.counter(
    'scripts_served_total',
    'Scripts served, by whether they came from the conductor that the hash ring names.',
    ['from'],
  );
  private readonly rejected = this.counter(
    'scripts_rejected_total',
    'Scripts that a conductor returned and that were unsound.',
  );

  private lostInStreams = 0;

  /** Conductors that have series. */
  private readonly asked = new Set<string>();

  constructor(
    @inject.getter(BootConfigBindings.BRANCH)
    private readonly branch: Getter<BootBranch>,
    @inject.getter(BootConfigBindings.EVENTS)
    private readonly events: Getter<BootEvents>,
    @inject(BootConfigBindings.HASH_RING_MANAGER)
    private readonly hashRings: HashRingManager,
  ) {
    this.beginAtZero();
    this.addGauges();
  }

  /** Synchronous and cheap: some hundred nanoseconds a metric. */
  take({outcome, reason, ms, steps, owner}: BootEvent): void {
    this.requests.inc({outcome, reason: reason ?? ''});
    this.duration.observe({outcome}, ms / 1000);
    for (const step of steps) this.takeStep(step);
    if (owner !== undefined)
      this.scripts.inc({from: owner ? 'owner' : 'other'});
    if (reason === 'script_unsound') this.rejected.inc();
  }

  private takeStep({name, conductor = '', ms, reason}: Step): void {
    const seconds = ms! / 1000;
    if (name === 'database') {
      this.database.observe({result: reason ? 'error' : 'ok'}, seconds);
    }
    if (name === 'rpc') {
      this.asked.add(conductor);
      this.rpc.observe({conductor}, seconds);
      this.rpcCalls.inc({conductor, result: reason ?? 'ok'});
    }
  }

  /** Events that the reader of a stream was too slow for. */
  lose(events: number): void {
    this.lostInStreams += events;
  }

  /** A series that begins above 0 hides its first event from rate(). */
  private beginAtZero(): void {
    this.requests.inc({outcome: 'served', reason: ''}, 0);
    this.requests.inc({outcome: 'redirected', reason: ''}, 0);
    for (const reason of REASONS) {
      this.requests.inc({outcome: 'refused', reason}, 0);
    }
    for (const from of ['owner', 'other']) this.scripts.inc({from}, 0);
    for (const result of ['ok', 'error']) this.database.zero({result});
    for (const outcome of OUTCOMES) this.duration.zero({outcome});
  }

  /** What is looked up when it is asked for. */
  private addGauges(): void {
    this.gauge(
      'requests_in_flight',
      'Requests that wait for their answer.',
      [],
      async gauge => gauge.set((await this.branch()).requestsInFlight),
    );
    this.gauge(
      'ring_age_seconds',
      'Time since the conductors were last read from the database.',
      [],
      gauge => {
        const {state} = this.hashRings;
        if (state) gauge.set(state.age / 1000);
      },
    );
    this.gauge(
      'conductors',
      'Conductors in the database: live (a part of the hash ring), dead (no heartbeat) and offline (signed off).',
      ['state'],
      gauge => this.countConductors(gauge),
    );
    const dropped = this.counter(
      'events_dropped_total',
      'Events that a sink could not take.',
      ['sink'],
      async () => {
        dropped.reset();
        for (const {sink, count} of (await this.events()).dropped()) {
          dropped.inc({sink}, count);
        }
        dropped.inc({sink: 'stream'}, this.lostInStreams);
      },
    );
  }

  private countConductors(gauge: Gauge): void {
    const {state} = this.hashRings;
    if (!state) return;
    const online = state.conductors.filter(conductor => conductor.online);
    gauge.set({state: 'live'}, state.live.length);
    gauge.set({state: 'dead'}, online.length - state.live.length);
    gauge.set({state: 'offline'}, state.conductors.length - online.length);
  }

  /** The series of conductors that are registered no more. */
  private forgetUnregistered(): void {
    const {state} = this.hashRings;
    if (!state) return;
    const registered = new Set(state.conductors.map(c => c.hostname));
    for (const conductor of this.asked) {
      if (registered.has(conductor)) continue;
      this.asked.delete(conductor);
      this.rpc.remove({conductor});
      for (const result of ['ok', ...REASONS]) {
        this.rpcCalls.remove({conductor, result});
      }
    }
  }

  private counter<L extends string>(
    name: string,
    help: string,
    labelNames: L[] = [],
    collect?: () => void | Promise<void>,
  ): Counter<L> {
    return new Counter({...this.common(name, help), labelNames, collect});
  }

  private histogram<L extends string>(
    name: string,
    help: string,
    labelNames: L[],
    collect?: () => void,
  ): Histogram<L> {
    const common = this.common(name, help);
    return new Histogram({...common, labelNames, buckets: BUCKETS, collect});
  }

  private gauge<L extends string>(
    name: string,
    help: string,
    labelNames: L[],
    collect: (gauge: Gauge<L>) => void | Promise<void>,
  ): void {
    const gauge: Gauge<L> = new Gauge({
      ...this.common(name, help),
      labelNames,
      collect: () => collect(gauge),
    });
  }

  private common(name: string, help: string) {
    return {name: `${PREFIX}${name}`, help, registers: [this.registry]};
  }
}
