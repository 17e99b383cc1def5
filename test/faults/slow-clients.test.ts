import {describeSlowClients} from './support/slow-clients.suite';

describe('serve, among slow clients', () => {
  describeSlowClients({crowd: 300, machines: 200});
});
