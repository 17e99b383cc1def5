import {describeRootScriptCrash} from './support/root-script-crash.suite';

describe('A conductor that is killed while it writes the root script', () => {
  describeRootScriptCrash({kills: 2});
});
