import {describeRollingRestart} from './support/rolling-restart.suite';

describe('A rolling restart behind a balancer', () => {
  describeRollingRestart({rounds: 1});
});
