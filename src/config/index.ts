export * from './configuration-error';
export * from './ironic-conf';
export * from './mutable-options';
export * from './options';
export * from './resolve-options';
export * from './root-url';
export * from './sources';
export * from './transport-url';
