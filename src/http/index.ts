export * from './answers';
export * from './boot-exchange';
export * from './boot-exchange-factory';
export * from './boot-path';
