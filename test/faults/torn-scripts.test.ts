import {describeTornScripts} from './support/torn-scripts.suite';

describe('Scripts that are being rewritten', () => {
  describeTornScripts({clients: 3, seconds: 5, atOnce: true});
});
