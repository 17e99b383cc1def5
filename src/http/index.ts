export * from './answers';
export * from './boot-exchange';
export * from './boot-path';
