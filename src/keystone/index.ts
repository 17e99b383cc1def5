export * from './auth-request';
export * from './keystone-client';
export * from './keystone-error';
export {KeystoneSection} from './login';
export * from './service-token';
