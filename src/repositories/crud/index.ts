export * from './crud-conductor.repository';
export * from './crud-node.repository';
