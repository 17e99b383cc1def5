import {describeJsonRpcFuzz} from '../support/json-rpc-fuzz.suite';

describe('conductor, sent whatever comes by chance for long', () => {
  describeJsonRpcFuzz({requests: 100_000, connections: 16});
});
