import {describeTornScripts} from '../support/torn-scripts.suite';

describe('Scripts that are being rewritten for long', () => {
  describeTornScripts({clients: 100, seconds: 60, atOnce: false});
});
