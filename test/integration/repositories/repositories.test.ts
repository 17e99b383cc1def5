import {Backend, embedded, hostsMemory, hostsMysql, mysql} from './backends';
import {conductorRepositoryContract} from './conductor-repository.contract';
import {nodeRepositoryContract} from './node-repository.contract';

const BACKENDS: [string, Backend, {tables: boolean}][] = [
  ["Ironic's MySQL database", mysql, {tables: true}],
  [
    "a host's MySQL data source that connects lazily",
    hostsMysql,
    {tables: true},
  ],
  ["a host's data source of another connector", hostsMemory, {tables: true}],
  ['the embedded store', embedded, {tables: false}],
];

for (const [title, backend, traits] of BACKENDS) {
  describe(`Repositories on ${title}`, () => {
    describe('for nodes', () => nodeRepositoryContract(backend, traits));
    describe('for conductors', () =>
      conductorRepositoryContract(backend, traits));
  });
}
