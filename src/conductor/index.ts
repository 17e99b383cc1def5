export * from './boot-interface';
export * from './conductor.component';
export * from './conductor.manager';
export * from './ipxe-boot';
export * from './task';
export * from './task-manager';
