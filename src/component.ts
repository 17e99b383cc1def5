import {
  Application,
  Binding,
  Component,
  ContextTags,
  CoreBindings,
  createBindingFromClass,
  inject,
  injectable,
} from '@loopback/core';
import {BootController} from './controllers';
import {BootExchangeFactory} from './http';
import {IronicComponent} from './ironic.component';
import {BootConfigBindings} from './keys';
import {
  BootBranch,
  BootFrontObserver,
  BootGuardObserver,
  BootGuardProvider,
} from './middleware';
import {
  BootEvents,
  BootMetrics,
  ConductorAnswers,
  EventFile,
  EventLog,
  EventStore,
  Health,
  OpsHandler,
  readyChecks,
} from './ops';
import {
  BootConfigService,
  ConductorBreakers,
  HashRingManager,
  RpcService,
  WarmUpObserver,
} from './services';
import {JsonRpcTransport, LocalTransport, OsloTransport} from './transports';
import {withoutBound} from './without-bound';

/**
 * The API side: `GET /v1/boot/<MAC>/<NAME>` in a LoopBack application.
 *
 * ```ts
 * app.component(BootConfigComponent);
 * app.configure(BootConfigBindings.COMPONENT).to({
 *   database: {connection: 'mysql+pymysql://ironic:PASSWORD@127.0.0.1/ironic'},
 *   DEFAULT: {rpc_transport: 'json-rpc'},
 * });
 * ```
 */
@injectable({tags: {[ContextTags.KEY]: BootConfigBindings.COMPONENT}})
export class BootConfigComponent implements Component {
  readonly components = [IronicComponent];
  readonly controllers = [BootController];
  readonly lifeCycleObservers = [
    BootGuardObserver,
    BootFrontObserver,
    WarmUpObserver,
  ];
  readonly bindings: Binding[];

  constructor(@inject(CoreBindings.APPLICATION_INSTANCE) app: Application) {
    this.bindings = withoutBound(app, [
      createBindingFromClass(BootConfigService, {
        key: BootConfigBindings.SERVICE,
      }),
      createBindingFromClass(RpcService, {key: BootConfigBindings.RPC_SERVICE}),
      createBindingFromClass(HashRingManager, {
        key: BootConfigBindings.HASH_RING_MANAGER,
      }),
      createBindingFromClass(ConductorBreakers, {
        key: BootConfigBindings.CONDUCTOR_BREAKERS,
      }),
      createBindingFromClass(JsonRpcTransport),
      createBindingFromClass(LocalTransport),
      createBindingFromClass(OsloTransport),
      createBindingFromClass(BootExchangeFactory, {
        key: BootConfigBindings.EXCHANGES,
      }),
      createBindingFromClass(BootBranch, {key: BootConfigBindings.BRANCH}),
      createBindingFromClass(BootGuardProvider, {
        key: BootConfigBindings.GUARD,
      }),
      createBindingFromClass(BootEvents, {key: BootConfigBindings.EVENTS}),
      createBindingFromClass(EventLog),
      createBindingFromClass(EventFile),
      createBindingFromClass(EventStore, {
        key: BootConfigBindings.EVENT_STORE,
      }),
      createBindingFromClass(BootMetrics, {key: BootConfigBindings.METRICS}),
      createBindingFromClass(ConductorAnswers, {
        key: BootConfigBindings.CONDUCTOR_ANSWERS,
      }),
      createBindingFromClass(Health, {key: BootConfigBindings.HEALTH}),
      ...readyChecks(),
      createBindingFromClass(OpsHandler, {key: BootConfigBindings.OPS}),
    ]);
  }
}
