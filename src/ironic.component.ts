import {
  Application,
  Binding,
  BindingKey,
  BindingScope,
  Component,
  CoreBindings,
  createBindingFromClass,
  inject,
  transformValueOrPromise,
} from '@loopback/core';
import {BootConfigConfig, MutableOptions, resolveOptions} from './config';
import {BootConfigBindings} from './keys';
import {createLogger} from './logger';
import {ReconfigurationService} from './reconfiguration';
import {IronicDatabase} from './repositories';
import {ServerOrderObserver} from './server-order.observer';
import {withoutBound} from './without-bound';

/** Ironic's database, whoever uses it. */
export const IRONIC_DATABASE = BindingKey.create<IronicDatabase>(
  'bootConfig.database',
);

/**
 * What both sides stand on: the options, the log, Ironic's database. Mounted by
 * `BootConfigComponent` and `ConductorComponent`.
 */
export class IronicComponent implements Component {
  readonly lifeCycleObservers = [ServerOrderObserver];
  readonly bindings: Binding[];

  constructor(@inject(CoreBindings.APPLICATION_INSTANCE) app: Application) {
    this.bindings = withoutBound(app, [
      // Read when first needed, so that it makes no difference whether the
      // application is configured before or after the component is mounted.
      Binding.bind(BootConfigBindings.MUTABLE_OPTIONS)
        .toDynamicValue(({context}) =>
          transformValueOrPromise(
            context.getConfigAsValueOrPromise<BootConfigConfig>(
              BootConfigBindings.COMPONENT,
            ),
            config => new MutableOptions(resolveOptions(config)),
          ),
        )
        .inScope(BindingScope.SINGLETON),
      Binding.bind(BootConfigBindings.OPTIONS).toAlias(
        `${BootConfigBindings.MUTABLE_OPTIONS.key}#options`,
      ),
      createBindingFromClass(ReconfigurationService, {
        key: BootConfigBindings.RECONFIGURATION_SERVICE,
      }),
      Binding.bind(BootConfigBindings.LOGGER)
        .toDynamicValue(async ({context}) => {
          const options = await context.get(BootConfigBindings.OPTIONS);
          return createLogger({
            get debug() {
              return options.DEFAULT.debug;
            },
          });
        })
        .inScope(BindingScope.SINGLETON),
      createBindingFromClass(IronicDatabase, {key: IRONIC_DATABASE}),
      Binding.bind(BootConfigBindings.NODE_REPOSITORY).toAlias(
        `${IRONIC_DATABASE.key}#nodes`,
      ),
      Binding.bind(BootConfigBindings.CONDUCTOR_REPOSITORY).toAlias(
        `${IRONIC_DATABASE.key}#conductors`,
      ),
    ]);
  }
}
