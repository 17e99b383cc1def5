export * from './node.repository';
export * from './port.repository';
