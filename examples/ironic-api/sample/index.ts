export * from './sample-deployment';
