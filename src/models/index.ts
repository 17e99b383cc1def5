export * from './conductor';
export * from './conductor-hardware-interface.model';
export * from './conductor-row.model';
export * from './node.model';
export * from './port.model';
