export * from './boot-config.service';
export * from './circuit-breaker';
export * from './conductor-breakers';
export * from './deadline';
export * from './hash-ring';
export * from './hash-ring-manager';
export * from './rpc.service';
export * from './warm-up.observer';
