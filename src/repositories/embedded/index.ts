export * from './embedded-conductor.repository';
export * from './embedded-node.repository';
export * from './embedded-store';
