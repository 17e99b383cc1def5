export * from './conductor.repository';
export * from './ironic-database';
export * from './node.repository';
