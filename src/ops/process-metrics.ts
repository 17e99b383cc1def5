import {
  BindingScope,
  inject,
  LifeCycleObserver,
  lifeCycleObserver,
} from '@loopback/core';
import {collectDefaultMetrics} from 'prom-client';
import {BootConfigBindings} from '../keys';
import {BootMetrics} from './boot-metrics';

// Gauges with the name of a counter, which promtool rightly dislikes; there are
// others without _total by their side.
const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

/**
 * Adds what prom-client measures of the process and its event loop. Only where
 * the process is ours: a host has such metrics of its own.
 */
@lifeCycleObserver('metrics', {scope: BindingScope.SINGLETON})
export class ProcessMetrics implements LifeCycleObserver {
  constructor(
    @inject(BootConfigBindings.METRICS)
    private readonly metrics: BootMetrics,
  ) {}

  init(): void {
    const {registry} = this.metrics;
    collectDefaultMetrics({register: registry});
    for (const name of MISNAMED) registry.removeSingleMetric(name);
  }
}
