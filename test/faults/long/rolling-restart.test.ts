import {describeRollingRestart} from '../support/rolling-restart.suite';

describe('Rolling restarts behind a balancer, one after another', () => {
  describeRollingRestart({rounds: 8});
});
