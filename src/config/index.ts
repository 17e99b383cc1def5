export * from './configuration-error';
export * from './options';
export * from './resolve-options';
export * from './root-url';
