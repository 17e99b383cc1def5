export * from './microversion.provider';
export * from './version';
