import {BindingKey, CoreBindings} from '@loopback/core';
import {juggler} from '@loopback/repository';
import type {BootConfigComponent} from './component';
import type {TaskManager} from './conductor/task-manager';
import type {
  BootConfigOptions,
  OptionPath,
  OptionValue,
} from './config/options';
import type {BootExchangeFactory} from './http/boot-exchange-factory';
import type {MutableOptions} from './config/mutable-options';
import type {Logger} from './logger';
import type {BootBranch} from './middleware/boot-branch';
import type {BootEvents} from './ops/boot-events';
import type {BootMetrics} from './ops/boot-metrics';
import type {ConductorAnswers} from './ops/conductor-answers';
import type {EventStore} from './ops/event-store';
import type {Health} from './ops/health';
import type {OpsHandler} from './ops/ops-handler';
import type {ReconfigurationService} from './reconfiguration';
import type {ConductorRepository, NodeRepository} from './repositories';
import type {ConductorApi} from './rpc';
import type {BootConfigService} from './services/boot-config.service';
import type {ConductorBreakers} from './services/conductor-breakers';
import type {HashRingManager} from './services/hash-ring-manager';
import type {RpcService} from './services/rpc.service';

/** Binding keys of the component; each may be bound anew by a host. */
export namespace BootConfigBindings {
  /** The component. `app.configure(BootConfigBindings.COMPONENT).to({...})`. */
  export const COMPONENT = BindingKey.create<BootConfigComponent>(
    `${CoreBindings.COMPONENTS}.BootConfigComponent`,
  );

  /** The resolved options: typed, checked, with defaults. */
  export const OPTIONS =
    BindingKey.create<BootConfigOptions>('bootConfig.options');

  /** Gives the options new values; use `RECONFIGURATION_SERVICE`. */
  export const MUTABLE_OPTIONS = BindingKey.create<MutableOptions>(
    'bootConfig.mutableOptions',
  );

  /** Takes over another configuration while the application runs. */
  export const RECONFIGURATION_SERVICE =
    BindingKey.create<ReconfigurationService>(
      'services.ReconfigurationService',
    );

  /** Extension point for what has to be told of it, see `Reconfigurable`. */
  export const RECONFIGURABLES = 'bootConfig.reconfigurables';

  /**
   * One option, for injection: `@inject(BootConfigBindings.option('api.port'))`,
   * the same as `@inject('bootConfig.options#api.port')`. What is injected keeps
   * its value when a mutable option changes; inject `OPTIONS` to see that.
   */
  export function option<P extends OptionPath>(
    path: P,
  ): BindingKey<OptionValue<P>> {
    return BindingKey.create<OptionValue<P>>(OPTIONS.key, path);
  }

  /** The host's data source for Ironic's database, where it has one. */
  export const DATA_SOURCE =
    BindingKey.create<juggler.DataSource>('datasources.ironic');

  export const NODE_REPOSITORY = BindingKey.create<NodeRepository>(
    'repositories.IronicNodeRepository',
  );

  export const CONDUCTOR_REPOSITORY = BindingKey.create<ConductorRepository>(
    'repositories.IronicConductorRepository',
  );

  export const SERVICE = BindingKey.create<BootConfigService>(
    'services.BootConfigService',
  );

  export const RPC_SERVICE = BindingKey.create<RpcService>(
    'services.RpcService',
  );

  export const HASH_RING_MANAGER = BindingKey.create<HashRingManager>(
    'services.HashRingManager',
  );

  /** Which conductors are out of reach. */
  export const CONDUCTOR_BREAKERS = BindingKey.create<ConductorBreakers>(
    'services.ConductorBreakers',
  );

  /** Opens a request with its answer. */
  export const EXCHANGES = BindingKey.create<BootExchangeFactory>(
    'bootConfig.exchanges',
  );

  /** Answers every request below `/v1/boot`. */
  export const BRANCH = BindingKey.create<BootBranch>('bootConfig.branch');

  /** The middleware that takes `/v1/boot` out of the host's chain. */
  export const GUARD = BindingKey.create('middleware.bootConfigGuard');

  /** The conductor of this process, bound by `ConductorComponent`. */
  export const CONDUCTOR = BindingKey.create<ConductorApi>(
    'bootConfig.conductor',
  );

  export const TASK_MANAGER = BindingKey.create<TaskManager>(
    'services.TaskManager',
  );

  /** Tells all sinks of every request. */
  export const EVENTS = BindingKey.create<BootEvents>('bootConfig.events');

  /** The latest events. */
  export const EVENT_STORE = BindingKey.create<EventStore>(
    'bootConfig.eventStore',
  );

  /**
   * The metrics, in a registry of their own:
   * `(await app.get(BootConfigBindings.METRICS)).registry`.
   */
  export const METRICS = BindingKey.create<BootMetrics>('bootConfig.metrics');

  /** How every conductor answered last. */
  export const CONDUCTOR_ANSWERS = BindingKey.create<ConductorAnswers>(
    'bootConfig.conductorAnswers',
  );

  /** Whether this instance can serve, by all checks that are bound. */
  export const HEALTH = BindingKey.create<Health>('bootConfig.health');

  /** Answers operators: events, health, metrics. */
  export const OPS = BindingKey.create<OpsHandler>('bootConfig.ops');

  export const LOGGER = BindingKey.create<Logger>('bootConfig.logger');

  /** Extension point for ways to call conductors, see `RpcTransport`. */
  export const RPC_TRANSPORTS = 'bootConfig.rpcTransports';

  /** Extension point for what takes events, see `BootEventSink`. */
  export const EVENT_SINKS = 'bootConfig.eventSinks';

  /** Extension point for boot interfaces, see `BootInterface`. */
  export const BOOT_INTERFACES = 'bootConfig.bootInterfaces';
}

/** Tags of bindings. */
export namespace BootConfigTags {
  /**
   * Of functions that resolve when this instance can serve and reject with the
   * reason when it can't, in the form that `@loopback/health` takes too.
   */
  export const READY_CHECK = 'health.readyCheck';
}
