import {expect} from '@loopback/testlab';
import {jsonDepth, parseRequestJson} from '../../../src/rpc/json-depth';

describe('jsonDepth', () => {
  const DEPTHS: [string, number][] = [
    ['', 0],
    ['1', 0],
    ['"[{"', 0],
    ['{}', 1],
    ['[]', 1],
    ['[[], [], {}]', 2],
    ['{"a": {"b": [1, {"c": []}]}}', 5],
    ['[[1], [[2]], [3]]', 3],
    ['{"[[[[": "]]]]", "a": []}', 2],
    // A quote and a backslash in a string do not end it.
    ['{"a\\"[[[": "\\\\"}', 1],
    ['["\\\\", [[]]]', 3],
    ['["\\\\\\"[[[[", []]', 2],
    ['["\\u005b\\u0022[", []]', 2],
    // What is no JSON has a depth all the same.
    ['[[[', 3],
    [']]][[[', 0],
    ['}{', 0],
    ['["unfinished [[[', 1],
    ['["\\', 1],
    ["['[[', []]", 4],
  ];
  for (const [json, depth] of DEPTHS) {
    it(`of ${JSON.stringify(json)} is ${depth}`, () => {
      expect(jsonDepth(json)).to.eql(depth);
    });
  }

  it('is that of the value, whatever is in its strings', () => {
    const samples = [
      {a: [{b: '}]}"\\'}], 'c]"': [[['\\']]]},
      ['\u2028', '\\u005d', '"'.repeat(9), {'[': {'{': {}}}],
      [[[[]], [[[[]]]]], {}],
    ];
    for (const sample of samples) {
      const json = JSON.stringify(sample);
      expect(jsonDepth(json)).to.eql(depthOf(sample));
      expect(jsonDepth(JSON.stringify(sample, null, 2))).to.eql(
        depthOf(sample),
      );
    }
  });

  it('is told of text that is nested as deeply as can be', () => {
    const levels = 1_000_000;
    expect(jsonDepth('['.repeat(levels))).to.eql(levels);
    expect(jsonDepth('{"a":'.repeat(levels))).to.eql(levels);
  });
});

describe('parseRequestJson', () => {
  it('parses what is nested as deeply as Ironic takes it', () => {
    const json = `${'['.repeat(25)}${']'.repeat(25)}`;
    expect(jsonDepth(JSON.stringify(parseRequestJson(json)))).to.eql(25);
  });

  for (const depth of [26, 1_000_000]) {
    it(`refuses what is nested ${depth} times`, () => {
      const json = `${'['.repeat(depth)}${']'.repeat(depth)}`;
      expect(() => parseRequestJson(json)).to.throw(/nested too deeply/);
    });
  }

  it('refuses what is no JSON', () => {
    expect(() => parseRequestJson('{"a": ')).to.throw(/not valid JSON/);
  });
});

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}
