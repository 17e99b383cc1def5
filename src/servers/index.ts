export * from './firmware.server';
export * from './keys';
export * from './operators.server';
