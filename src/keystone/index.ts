export * from './auth-request';
export * from './keystone-client';
export * from './keystone-error';
export * from './service-token';
