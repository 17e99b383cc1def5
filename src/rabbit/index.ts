export type {SizedMessage} from './body-limit';
export * from './oslo-properties';
export * from './pulse';
export * from './rabbit-session';
export * from './rabbit-tls';
