export * from './json-rpc.transport';
export * from './local.transport';
export * from './oslo.transport';
export * from './rpc-transport';
export * from './rpc-unavailable';
