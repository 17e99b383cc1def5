import {describeRootScriptCrash} from '../support/root-script-crash.suite';

describe('A conductor that is killed many times while it writes', () => {
  describeRootScriptCrash({kills: 20});
});
