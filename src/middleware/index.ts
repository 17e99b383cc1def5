export * from './boot-branch';
export * from './boot-front.observer';
export * from './boot-guard.middleware';
export * from './boot-guard.observer';
export * from './boot-handler';
