export * from './boot-request';
export * from './contract';
export * from './host';
export * from './raw-request';
export * from './recording-logger';
export * from './sample-store';
export * from './stub-conductor';
