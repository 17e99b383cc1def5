import {expect} from '@loopback/testlab';
import {RootHookObject} from 'mocha';

/** What no log may hold, whatever a test is about. */
const INDISCRETIONS: Record<string, RegExp> = {
  'the body of a script': /#!ipxe(\\|\s|$)/,
  'a password in a URL': /:\/\/[^\s"/@:]*:(?!\*+@|PASSWORD@)[^\s"/@]+@/,
  'credentials of a request': /\b(Basic|Bearer) [\w+/=-]{8,}/i,
  'the hash of a password': /\$2[aby]\$\d\d\$/,
  'a token of Keystone': /\bgAAAA[\w-]{20,}/,
};

const found: string[] = [];

/** Looks at a line that one of the project's own programs logged. */
export function checkDiscretion(line: string): void {
  for (const [what, pattern] of Object.entries(INDISCRETIONS)) {
    if (pattern.test(line)) found.push(`${what}: ${line}`);
  }
}

/** After all tests, since a line may come while any of them runs. */
export const mochaHooks: RootHookObject = {
  afterAll() {
    expect(found).to.eql([]);
  },
};
