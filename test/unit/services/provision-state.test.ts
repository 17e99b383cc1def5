import {expect} from '@loopback/testlab';
import {BootConfigError, Node} from '../../../src';
import {checkProvisionState} from '../../../src/services/provision-state';

function nodeIn(provisionState: string | null): Node {
  return new Node({
    id: 1,
    uuid: 'c916d9e9-de5a-59df-b1f1-a004bc4913ad',
    provisionState,
  });
}

describe('checkProvisionState', () => {
  for (const state of [
    'wait call-back',
    'clean wait',
    'inspect wait',
    'rescue wait',
    'service wait',
  ]) {
    it(`lets a node in state ${state} pass`, () => {
      checkProvisionState(nodeIn(state), true);
    });
  }

  for (const state of [
    'active',
    'available',
    'enroll',
    'manageable',
    'deploying',
    'deploy failed',
    'deploy hold',
    'cleaning',
    'clean hold',
    'inspecting',
    'rescue',
    'service hold',
    'wait call-back ',
    'Wait Call-Back',
    'wait',
    '',
    null,
  ]) {
    it(`refuses a node in state ${JSON.stringify(state)}`, () => {
      expect(() => checkProvisionState(nodeIn(state), true)).to.throw(
        BootConfigError,
        {reason: 'state_restricted'},
      );
    });

    it(`lets state ${JSON.stringify(state)} pass without restriction`, () => {
      checkProvisionState(nodeIn(state), false);
    });
  }

  it('names the state and the option to the operator', () => {
    expect(() => checkProvisionState(nodeIn('active'), true)).to.throw(
      /c916d9e9.*"active".*\[api\] restrict_boot_config/,
    );
  });
});
