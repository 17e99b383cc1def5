import {execFile} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {expect} from '@loopback/testlab';
import {BootConfigApplication} from '../../../src/application';
import {BootConfigBindings, REASONS} from '../../../src';
import {
  givenStore,
  RecordingLogger,
  sampleStore,
} from '../../acceptance/support';
import {projectRoot} from '../../support/project';

const run = promisify(execFile);

const DIRECTORY = join(projectRoot, 'docs', 'monitoring');
const FILES = ['alerts.yml', 'dashboard.json'];

describe('docs/monitoring', () => {
  let exported: Map<string, Set<string>>;

  before(async () => {
    exported = await exportedMetrics();
  });

  for (const file of FILES) {
    it(`asks for metrics and labels that there are: ${file}`, () => {
      const uses = usesIn(expressionsOf(file));
      expect(uses.length).to.be.above(5);
      const unknown = uses.filter(
        ({metric, labels}) =>
          !exported.has(metric) ||
          labels.some(label => !exported.get(metric)!.has(label)),
      );
      expect(unknown).to.eql([]);
    });

    it(`asks for reasons that there are: ${file}`, () => {
      const told = expressionsOf(file).flatMap(expression =>
        [...expression.matchAll(/\b(?:reason|result)=~?"([^"]*)"/g)].flatMap(
          ([, words]) => words.split('|'),
        ),
      );
      expect(told.filter(word => !isReason(word))).to.eql([]);
    });
  }

  it('leaves no metric of ours out of the dashboard', () => {
    const asked = new Set(
      usesIn(expressionsOf('dashboard.json')).map(({metric}) => metric),
    );
    const ours = [...exported.keys()].filter(name =>
      name.startsWith('boot_config_'),
    );
    const left = ours.filter(
      name =>
        !asked.has(name) &&
        !asked.has(name.replace(/_(sum|count)$/, '_bucket')),
    );
    expect(left).to.eql([]);
  });

  it('goes with a table in docs/operations.md that has all of ours', () => {
    const text = readFileSync(join(DIRECTORY, '../operations.md'), 'utf8');
    const rows = [
      ...text.matchAll(/^\| `(boot_config_\w+)` \| (.*?) ?\| .+ \|$/gm),
    ].map(([, name, labels]) => [
      name,
      [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label),
    ]);
    const ours = [...exported]
      .filter(([name]) => name.startsWith('boot_config_'))
      .filter(([name]) => !/_(bucket|sum)$/.test(name))
      .map(([name, labels]) => [
        name.replace(/_count$/, ''),
        [...labels].filter(label => !['instance', 'job'].includes(label)),
      ]);
    expect(rows.sort()).to.eql(ours.sort());
  });

  it('has rules that Prometheus takes', async () => {
    const {stdout} = await run('promtool', [
      'check',
      'rules',
      join(DIRECTORY, 'alerts.yml'),
    ]);
    expect(stdout).to.match(/SUCCESS: \d+ rules found/);
  });
});

/** Names of all series of a started application, with their labels. */
async function exportedMetrics(): Promise<Map<string, Set<string>>> {
  const app = new BootConfigApplication({
    DEFAULT: {rpc_transport: 'json-rpc'},
    api: {host_ip: '127.0.0.1', port: 0},
    boot_config: {ops_port: 0},
    database: {connection: await givenStore(sampleStore)},
  });
  app.bind(BootConfigBindings.LOGGER).to(new RecordingLogger());
  await app.start();
  try {
    const {registry} = await app.get(BootConfigBindings.METRICS);
    const series = new Map<string, Set<string>>();
    for (const metric of await registry.getMetricsAsJSON()) {
      // Labels that have no value yet are known all the same.
      const {labelNames = []} = registry.getSingleMetric(metric.name) as {
        labelNames?: string[];
      };
      const names =
        String(metric.type) === 'histogram'
          ? ['_bucket', '_sum', '_count'].map(end => metric.name + end)
          : [metric.name];
      for (const name of names) {
        const labels = new Set([...labelNames, 'instance', 'job']);
        if (name.endsWith('_bucket')) labels.add('le');
        series.set(name, labels);
      }
    }
    return series;
  } finally {
    await app.stop();
  }
}

/** Every expression in a file, of whatever rule or panel. */
function expressionsOf(file: string): string[] {
  const text = readFileSync(join(DIRECTORY, file), 'utf8');
  if (file.endsWith('.json')) {
    return [...text.matchAll(/"(?:expr|query)": ("(?:[^"\\]|\\.)*")/g)].map(
      ([, quoted]) => JSON.parse(quoted) as string,
    );
  }
  return [...text.matchAll(/^ +expr: (?:\|\n((?: {10}.*\n)+)|(.*)\n)/gm)].map(
    ([, block, line]) => block ?? line,
  );
}

/** Metrics and the labels that they are selected by. */
function usesIn(expressions: string[]): {metric: string; labels: string[]}[] {
  return expressions.flatMap(expression =>
    [
      ...expression.matchAll(
        /\b((?:boot_config|nodejs|process)_\w+)(?:\{([^}]*)\})?/g,
      ),
    ].map(([, metric, selector = '']) => ({
      metric,
      labels: [...selector.matchAll(/(\w+)(?:=~|!=|!~|=)"/g)].map(
        ([, label]) => label,
      ),
    })),
  );
}

function isReason(word: string): boolean {
  return [...REASONS, 'ok'].includes(word);
}
