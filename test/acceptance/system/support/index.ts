export * from './command';
export * from './deployment';
export * from './ironic-conf';
export * from './wire';
