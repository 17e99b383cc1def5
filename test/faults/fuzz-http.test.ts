import {describeHttpFuzz} from './support/http-fuzz.suite';

describe('serve, sent whatever comes by chance', () => {
  describeHttpFuzz({requests: 5000, connections: 8});
});
