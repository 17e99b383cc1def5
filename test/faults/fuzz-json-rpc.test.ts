import {describeJsonRpcFuzz} from './support/json-rpc-fuzz.suite';

describe('conductor, sent whatever comes by chance', () => {
  describeJsonRpcFuzz({requests: 5000, connections: 8});
});
