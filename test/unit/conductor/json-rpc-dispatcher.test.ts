import {expect} from '@loopback/testlab';
import {
  BootConfigError,
  NodeNotFound,
  NotFound,
  UnsupportedDriverExtension,
} from '../../../src';
import {dispatch} from '../../../src/conductor/json-rpc-dispatcher';
import {StubConductor} from '../../acceptance/support/stub-conductor';

const UUID = '1be26c0b-03f2-4d2e-ae87-c02d7f33c10d';
const PARAMS = {context: {}, node_id: UUID, name: 'boot.ipxe'};

interface Answer {
  jsonrpc: string;
  id: unknown;
  result?: unknown;
  error?: {code: number; message: string; data?: {class: string}};
}

describe('dispatch', () => {
  let conductor: StubConductor;
  let unexpected: Error[];

  beforeEach(() => {
    conductor = new StubConductor();
    unexpected = [];
  });

  it('calls the conductor with what the request says', async () => {
    conductor.returns('#!ipxe\n');
    const context = {request_id: 'req-1', user: null, roles: ['admin']};
    const params = {...PARAMS, context, 'rpc.version': '1.63'};
    expect(await answerTo({params})).to.eql({
      jsonrpc: '2.0',
      result: '#!ipxe\n',
      id: 'req-1',
    });
    expect(conductor.calls).to.eql([
      {context, nodeId: UUID, name: 'boot.ipxe'},
    ]);
  });

  it('takes a node by integer id', async () => {
    await answerTo({params: {...PARAMS, node_id: 13}});
    expect(conductor.calls[0].nodeId).to.eql(13);
  });

  it('does not check the version', async () => {
    for (const version of ['1.0', '99.99', 'x', null, 7]) {
      const params = {...PARAMS, 'rpc.version': version};
      expect(await answerTo({params})).to.have.property('result');
    }
  });

  for (const id of ['1', '', 'req-1', 7, 0, -1, 1.5]) {
    it(`echoes the id ${JSON.stringify(id)}`, async () => {
      expect((await answerTo({id})).id).to.be.exactly(id);
      expect((await answerTo({id, method: 'x'})).id).to.be.exactly(id);
      expect((await answerTo({id, params: {}})).id).to.be.exactly(id);
      expect((await answerTo({id, jsonrpc: '1.0'})).id).to.be.exactly(id);
    });
  }

  it('returns text as it is', async () => {
    const script = '\ufeff#!ipxe\r\necho "\u0000\\ \u{1f5a5} \u2028\n';
    conductor.returns(script);
    expect((await answerTo({})).result).to.eql(script);
  });

  for (const [what, error, told] of [
    [
      'NotFound',
      new NotFound('Configuration x is not found'),
      {
        code: 404,
        message: 'Configuration x is not found',
        data: {class: 'ironic.common.exception.NotFound'},
      },
    ],
    [
      'NodeNotFound',
      new NodeNotFound(UUID),
      {
        code: 404,
        message: `Node ${UUID} could not be found.`,
        data: {class: 'ironic.common.exception.NodeNotFound'},
      },
    ],
    [
      'UnsupportedDriverExtension',
      new UnsupportedDriverExtension('ipmi', 'get_boot_config'),
      {
        code: 400,
        message:
          'Driver ipmi does not support get_boot_config (disabled or not implemented).',
        data: {class: 'ironic.common.exception.UnsupportedDriverExtension'},
      },
    ],
  ] as const) {
    it(`tells of ${what} as Ironic does`, async () => {
      conductor.behave(async () => {
        throw error;
      });
      expect(await answerTo({})).to.eql({
        jsonrpc: '2.0',
        id: 'req-1',
        error: told,
      });
      expect(unexpected).to.be.empty();
    });
  }

  it('tells that the database is away, and the log why', async () => {
    const why = new BootConfigError(
      'database_unavailable',
      '192.0.2.1 is down',
    );
    conductor.behave(async () => {
      throw why;
    });
    expect((await answerTo({})).error).to.eql({
      code: 503,
      message: 'The conductor has no database at the moment.',
      data: {class: 'ironic.common.exception.TemporaryFailure'},
    });
    expect(unexpected).to.eql([why]);
  });

  it('tells nothing of an unexpected error, but to the log', async () => {
    const why = new TypeError('open /srv/http: password is secret');
    conductor.behave(async () => {
      throw why;
    });
    expect((await answerTo({})).error).to.eql({
      code: 500,
      message: 'Internal error',
    });
    expect(unexpected).to.eql([why]);
  });

  for (const body of ['', '{bad', 'null x', '{"jsonrpc":"2.0",}', '\ufeff{}']) {
    it(`cannot read ${JSON.stringify(body)}`, async () => {
      expect(await dispatched(body)).to.eql(
        '{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Invalid JSON received by RPC server"}}',
      );
    });
  }

  for (const body of ['[]', '[1]', 'null', '1', '"x"', 'true']) {
    it(`takes nothing but objects, not ${body}`, async () => {
      expect(await dispatched(body)).to.eql(
        '{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"Invalid request object received by RPC server"}}',
      );
    });
  }

  for (const [what, change] of Object.entries({
    'of no version': {jsonrpc: undefined},
    'of another version': {jsonrpc: '1.0'},
    'whose version is a number': {jsonrpc: 2.0},
    'without a method': {method: undefined},
    'with an empty method': {method: ''},
    'whose method is no text': {method: 1},
    'whose parameters are a list': {params: [UUID, 'boot.ipxe']},
    'whose parameters are null': {params: null},
    'whose parameters are text': {params: 'x'},
    'whose id is an object': {id: {}},
    'whose id is a list': {id: [1]},
    'whose id is a boolean': {id: true},
  })) {
    it(`takes no request ${what}`, async () => {
      const {error} = await answerTo(change);
      expect(error).to.eql({
        code: -32600,
        message: 'Invalid request object received by RPC server',
      });
      expect(conductor.calls).to.be.empty();
    });
  }

  it('takes no batch', async () => {
    const batch = JSON.stringify([request({}), request({})]);
    expect(await dispatched(batch)).to.match(/"code":-32600/);
    expect(conductor.calls).to.be.empty();
  });

  for (const method of [
    'get_boot_device',
    'getBootConfig',
    'GET_BOOT_CONFIG',
    'constructor',
    '__proto__',
  ]) {
    it(`has no method ${method}`, async () => {
      expect((await answerTo({method})).error).to.eql({
        code: -32601,
        message: `Method ${method} was not found`,
      });
    });
  }

  for (const [params, fault] of [
    [{node_id: UUID, name: 'x'}, /context/],
    [{...PARAMS, context: null}, /context/],
    [{...PARAMS, context: []}, /context/],
    [{...PARAMS, context: 'x'}, /context/],
    [{context: {}, name: 'x'}, /node_id/],
    [{...PARAMS, node_id: null}, /node_id/],
    [{...PARAMS, node_id: 1.5}, /node_id/],
    [{...PARAMS, node_id: [UUID]}, /node_id/],
    [{...PARAMS, node_id: {uuid: UUID}}, /node_id/],
    [{context: {}, node_id: UUID}, /name/],
    [{...PARAMS, name: null}, /name/],
    [{...PARAMS, name: 1}, /name/],
    [{...PARAMS, nope: 1}, /argument nope/],
    [{...PARAMS, '': 1}, /argument $/],
    [{'': 1}, /argument $/],
    [JSON.parse('{"__proto__": {"context": {}}}'), /argument __proto__/],
    [{}, /context/],
  ] as [object, RegExp][]) {
    it(`takes no parameters ${JSON.stringify(params)}`, async () => {
      const {error} = await answerTo({params});
      expect(error?.code).to.eql(-32602);
      expect(error?.message).to.startWith(
        `Params ${Object.keys(params).join(', ')} are invalid for get_boot_config: `,
      );
      expect(error?.message).to.match(fault);
      expect(error).not.to.have.property('data');
      expect(conductor.calls).to.be.empty();
    });
  }

  it('needs parameters', async () => {
    expect((await answerTo({params: undefined})).error?.code).to.eql(-32602);
  });

  describe('of a notification', () => {
    for (const id of [undefined, null]) {
      it(`does the work and gives no answer, with id ${id}`, async () => {
        expect(await dispatched(request({id}))).to.be.undefined();
        expect(conductor.calls).to.have.length(1);
      });
    }

    it('does not even tell of errors', async () => {
      conductor.behave(async () => {
        throw new NotFound('x');
      });
      expect(await dispatched(request({id: undefined}))).to.be.undefined();
      expect(
        await dispatched(request({id: undefined, method: 'x'})),
      ).to.be.undefined();
      expect(
        await dispatched(request({id: undefined, params: {}})),
      ).to.be.undefined();
    });

    it('tells that a request is none', async () => {
      const {id, error} = JSON.parse(
        (await dispatched(request({id: undefined, jsonrpc: '1.0'})))!,
      ) as Answer;
      expect(id).to.be.null();
      expect(error?.code).to.eql(-32600);
    });
  });

  function request(change: object): string {
    return JSON.stringify({
      jsonrpc: '2.0',
      id: 'req-1',
      method: 'get_boot_config',
      params: PARAMS,
      ...change,
    });
  }

  async function answerTo(change: object): Promise<Answer> {
    const answer = await dispatched(request(change));
    return JSON.parse(answer!) as Answer;
  }

  async function dispatched(body: string): Promise<string | undefined> {
    return dispatch(conductor, body, error => unexpected.push(error));
  }
});
