export * from './command';
export * from './deployment';
export * from './event-reader';
export * from './ironic-conf';
export * from './wire';
