import {Random} from './random';

/** What a call of `get_boot_config` gives by name and value. */
export interface SoundCall {
  nodeId: string | number;
  name: string;
}

/** The body of a request to a conductor, each byte a character of Latin-1. */
export interface RpcAttempt {
  body: string;
  /** Whether it is a sound call, which has to be answered with the script. */
  isSound: boolean;
}

/** What JSON parsers, number readers and objects stumble over. */
const ODD_VALUES = [
  'null',
  'true',
  '""',
  '0',
  '-0',
  '-1',
  '1.5',
  '1e1',
  '1e400',
  '-1e-400',
  '9007199254740993',
  '1'.repeat(400),
  `0.${'0'.repeat(400)}1`,
  '"\\u0000"',
  '"\\ud800"',
  '"\\udc00\\ud800"',
  '"\\ud83d\\udda5"',
  `"${'x'.repeat(50_000)}"`,
  `"${'../'.repeat(20)}etc/passwd"`,
  '"%00"',
  '"\' OR 1=1 -- "',
  '"12 "',
  '"0x1"',
  '[]',
  '{}',
  '[[]]',
  '[null]',
  '{"": {}}',
  '{"__proto__": {"uuid": "x"}}',
  '{"constructor": {"prototype": {"a": 1}}}',
  '{"toString": 1, "valueOf": 1, "length": -1}',
  '{"$ne": null}',
];

/** What only looks like JSON. */
const NO_JSON = [
  '',
  ' ',
  'null',
  'undefined',
  'NaN',
  '{',
  '}',
  '[',
  '"',
  '{"jsonrpc": "2.0"',
  "{'jsonrpc': '2.0'}",
  '{"a": 1,}',
  '{"a": 01}',
  '{"a": +1}',
  '{"a": 0x1}',
  '{"a": Infinity}',
  '{"a": "\n"}',
  '{"a": "\\x"}',
  '{"a": "\\u12"}',
  '// comment\n{}',
  '\xef\xbb\xbf{"jsonrpc": "2.0"}',
  '\xff\xfe{\0}\0',
  '\x1f\x8b\x08\0\0\0\0\0',
  '<?xml version="1.0"?><methodCall/>',
];

const KEYS = [
  'jsonrpc',
  'id',
  'method',
  'params',
  'context',
  'node_id',
  'name',
  'rpc.version',
  '__proto__',
  'constructor',
  'toString',
  '',
];

// A conductor takes JSON that is nested less deeply than Ironic's does.
const DEEPEST = 26;

/** Makes JSON-RPC requests, and things like them. */
export class JsonRpcFuzz {
  constructor(
    private readonly random: Random,
    private readonly calls: readonly SoundCall[],
  ) {}

  attempt(): RpcAttempt {
    const {random} = this;
    return random.pick<() => RpcAttempt>([
      () => ({body: this.sound(), isSound: true}),
      () => unsound(random.mutate(this.sound())),
      () => unsound(random.mutate(this.sound())),
      () => unsound(this.withOddValue()),
      () => unsound(this.withOddValue()),
      () => unsound(this.withTwoValues()),
      () => unsound(this.json(random.below(6))),
      () => unsound(this.deep()),
      () => unsound(random.pick(NO_JSON)),
      () => unsound(random.bytes(random.below(300))),
      () => unsound(`[${this.sound()},${this.sound()}]`),
    ])();
  }

  private sound(): string {
    const {random} = this;
    const {nodeId, name} = random.pick(this.calls);
    const params = this.shuffled({
      context: random.pick([
        '{}',
        '{"request_id": "req-1", "auth_token": null, "roles": []}',
        '{"user": "x", "is_admin": true, "global_request_id": "\\u00e9"}',
      ]),
      node_id: JSON.stringify(nodeId),
      name: JSON.stringify(name),
      ...(random.oneIn(2) && {'rpc.version': '"1.63"'}),
    });
    const id = random.pick(['1', '"x"', '"req-1"', '0', '-7.5', '1e3']);
    return this.shuffled({
      jsonrpc: '"2.0"',
      method: '"get_boot_config"',
      params,
      id,
    });
  }

  /** A call in which one value is another. */
  private withOddValue(): string {
    const {random} = this;
    const values = this.sound().match(VALUE)!;
    const which = random.below(values.length);
    let index = 0;
    return this.sound().replace(VALUE, value =>
      index++ === which
        ? random.pick([random.pick(ODD_VALUES), this.json(3)])
        : value,
    );
  }

  /** A call in which one key is there twice. */
  private withTwoValues(): string {
    const {random} = this;
    const key = JSON.stringify(random.pick(KEYS));
    const value = random.pick([random.pick(ODD_VALUES), this.json(2)]);
    const place = random.pick([/\{/, /\{(?=[^{]*$)/, /\}$/]);
    return this.sound().replace(place, brace =>
      brace === '{' ? `{${key}: ${value}, ` : `, ${key}: ${value}}`,
    );
  }

  private deep(): string {
    const {random} = this;
    const depth = random.pick([DEEPEST, 100, 10_000, 60_000]);
    const [open, close] = random.pick([
      ['[', ']'],
      ['{"a":', '}'],
      ['{"params":{"context":', '}}'],
    ]);
    const isClosed = random.oneIn(2);
    return `${open.repeat(depth)}1${isClosed ? close.repeat(depth) : ''}`;
  }

  /** Any value, nested so deeply at most. */
  private json(depth: number): string {
    const {random} = this;
    if (depth === 0 || random.oneIn(4)) return random.pick(ODD_VALUES);
    const values = random.list(random.below(5), () => this.json(depth - 1));
    return random.oneIn(3)
      ? `[${values.join(', ')}]`
      : `{${values
          .map(value => `${JSON.stringify(random.pick(KEYS))}: ${value}`)
          .join(', ')}}`;
  }

  private shuffled(fields: Record<string, string>): string {
    const lines = Object.entries(fields).map(
      ([key, value]) => `"${key}": ${value}`,
    );
    return `{${this.random.shuffled(lines).join(', ')}}`;
  }
}

// A value of a call, but for those that are objects.
const VALUE = /(?<=": )(?:"(?:[^"\\]|\\.)*"|[-\d.e]+)/g;

function unsound(body: string): RpcAttempt {
  return {body, isSound: false};
}
