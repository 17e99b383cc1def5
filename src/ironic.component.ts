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
import {BootConfigConfig, resolveOptions} from './config';
import {BootConfigBindings} from './keys';
import {createLogger} from './logger';
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
      Binding.bind(BootConfigBindings.OPTIONS)
        .toDynamicValue(({context}) =>
          transformValueOrPromise(
            context.getConfigAsValueOrPromise<BootConfigConfig>(
              BootConfigBindings.COMPONENT,
            ),
            resolveOptions,
          ),
        )
        .inScope(BindingScope.SINGLETON),
      Binding.bind(BootConfigBindings.LOGGER)
        .toDynamicValue(async ({context}) =>
          createLogger({
            debug: await context.get(
              BootConfigBindings.option('DEFAULT.debug'),
            ),
          }),
        )
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
