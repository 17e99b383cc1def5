export * from './boot.controller';
