export * from './json-rpc.transport';
export * from './local.transport';
export * from './rpc-transport';
