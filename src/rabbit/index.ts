export * from './oslo-properties';
export * from './rabbit-session';
