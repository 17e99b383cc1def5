import {describeHttpFuzz} from '../support/http-fuzz.suite';

describe('serve, sent whatever comes by chance for long', () => {
  describeHttpFuzz({requests: 100_000, connections: 16});
});
