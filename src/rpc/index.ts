export * from './conductor-api';
export * from './errors';
export * from './host-address';
export * from './json-rpc';
export * from './oslo-message';
export * from './request-context';
export * from './rpc-call';
