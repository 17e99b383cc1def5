export * from './mysql-client';
export * from './mysql-conductor.repository';
export * from './mysql-node.repository';
