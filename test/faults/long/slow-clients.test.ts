import {describeSlowClients} from '../support/slow-clients.suite';

describe('serve, among very many slow clients', () => {
  describeSlowClients({crowd: 5000, machines: 200, untilCut: true});
});
