import {Application, Binding} from '@loopback/core';

/** The bindings whose keys an application has not bound itself before. */
export function withoutBound(app: Application, bindings: Binding[]): Binding[] {
  return bindings.filter(binding => !app.contains(binding.key));
}
