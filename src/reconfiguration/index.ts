export * from './reconfigurable';
export * from './reconfiguration.service';
