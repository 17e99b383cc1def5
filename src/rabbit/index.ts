export * from './oslo-properties';
export * from './rabbit-session';
export * from './rabbit-tls';
