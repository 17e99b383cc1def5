export * from './nodes.controller';
export * from './ports.controller';
export * from './versions.controller';
