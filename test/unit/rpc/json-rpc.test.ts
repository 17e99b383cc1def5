import fs from 'node:fs';
import path from 'node:path';
import {expect} from '@loopback/testlab';
import {
  anonymousContext,
  decodeAnswer,
  encodeCall,
  newRequestId,
  RpcCall,
} from '../../../src';
import {projectRoot} from '../../support/project';

/** Bodies that went between ironic-api and ironic-conductor 21.4.4. */
const captures = JSON.parse(
  fs.readFileSync(
    path.join(projectRoot, 'test/unit/rpc/json-rpc.captures.json'),
    'utf8',
  ),
) as Record<string, string>;

const REQUEST_ID = 'req-e857fa73-7f84-4fb2-9fd2-9687f5edc304';

describe('encodeCall', () => {
  const call: RpcCall = {
    method: 'get_boot_config',
    args: {
      node_id: '1be26c0b-03f2-4d2e-ae87-c02d7f33c10d',
      name: 'boot.ipxe',
    },
    context: anonymousContext(REQUEST_ID),
    version: '1.56',
  };

  it("writes what Ironic's own client writes, key for key", () => {
    const ours = JSON.parse(encodeCall(call)) as Record<string, object>;
    const ironics = JSON.parse(captures.call) as Record<string, object>;
    expect(ours).to.eql(ironics);
    expect(Object.keys(ours)).to.eql(Object.keys(ironics));
    expect(Object.keys(ours.params)).to.eql(Object.keys(ironics.params));
  });

  it('escapes what would end the text', () => {
    const name = '"}\n\u2028';
    const body = encodeCall({...call, args: {name}});
    expect(JSON.parse(body)).to.have.propertyByPath('params', 'name').eql(name);
  });
});

describe('decodeAnswer', () => {
  it('reads a script', () => {
    const answer = decodeAnswer(captures.script, REQUEST_ID);
    expect(answer).to.have.property('result');
    const {result} = answer as {result: string};
    expect(result).to.match(/^#!ipxe\n\nset attempts:int32 10\n/);
    expect(result).to.match(/\nsanboot --no-describe \|\| exit 0$/);
  });

  it('reads a result of any other type', () => {
    expect(decodeAnswer(captures.object, '4')).to.eql({
      result: {boot_device: 'pxe', persistent: false},
    });
    expect(decodeAnswer('{"id": "a", "result": null}', 'a')).to.eql({
      result: null,
    });
    expect(decodeAnswer('{"id":"a","result":1,"error":null}', 'a')).to.eql({
      result: 1,
    });
  });

  for (const [capture, code, className, message] of [
    ['notFound', 404, 'NotFound', 'Configuration nope.ipxe is not found'],
    [
      'nodeNotFound',
      404,
      'NodeNotFound',
      'Node 00000000-0000-0000-0000-000000000000 could not be found.',
    ],
    [
      'nodeLocked',
      409,
      'NodeLocked',
      'Node 1be26c0b-03f2-4d2e-ae87-c02d7f33c10f is locked by host conductor-a, please retry after the current operation is completed.',
    ],
    [
      'consoleNotEnabled',
      400,
      'NodeConsoleNotEnabled',
      'Console access is not enabled on node 1be26c0b-03f2-4d2e-ae87-c02d7f33c107',
    ],
    [
      'methodNotFound',
      -32601,
      undefined,
      'Method get_boot_config was not found',
    ],
    [
      'missingContext',
      -32602,
      undefined,
      "Params node_id are invalid for get_boot_device: ConductorManager.get_boot_device() missing 1 required positional argument: 'context'",
    ],
    ['parseError', -32700, undefined, 'Invalid JSON received by RPC server'],
    [
      'invalidRequest',
      -32600,
      undefined,
      'Invalid request object received by RPC server',
    ],
  ] as const) {
    it(`reads the error ${className ?? code}`, () => {
      const {id} = JSON.parse(captures[capture]) as {id: string};
      expect(decodeAnswer(captures[capture], id)).to.eql({
        error: {code, className, message},
      });
    });
  }

  it('reads errors that lack one thing or another', () => {
    for (const [error, expected] of [
      ['{}', {code: 500, message: ''}],
      ['{"code": "404"}', {code: 500, message: ''}],
      ['{"code": 404, "message": null}', {code: 404, message: ''}],
      ['{"message": "m", "data": "x"}', {code: 500, message: 'm'}],
      ['{"message": "m", "data": {"class": 7}}', {code: 500, message: 'm'}],
    ] as const) {
      expect(decodeAnswer(`{"id": "a", "error": ${error}}`, 'a')).to.eql({
        error: {...expected, className: undefined},
      });
    }
  });

  it('takes the last part of a class name, whatever its module', () => {
    for (const name of ['NotFound', 'a.NotFound', 'a.b.c.NotFound']) {
      const body = `{"error": {"data": {"class": "${name}"}}}`;
      expect(decodeAnswer(body, 'a'))
        .to.have.propertyByPath('error', 'className')
        .eql('NotFound');
    }
  });

  it('takes a number for no text', () => {
    expect(() => decodeAnswer(captures.integerId, '7')).to.throw(
      /another request/,
    );
  });

  for (const [what, body, message] of [
    ['nothing', '', /JSON/],
    ['a page of HTML', '<html></html>', /JSON/],
    ['half an answer', captures.script.slice(0, 100), /JSON/],
    ['a text', '"#!ipxe"', /not an object/],
    ['a list', '[]', /not an object/],
    ['null', 'null', /not an object/],
    ['an answer to another', captures.object, /another request/],
    ['an answer without id', '{"result": "#!ipxe"}', /another request/],
    ['an answer without result', `{"id": "${REQUEST_ID}"}`, /no result/],
    [
      'an error that is a text',
      `{"id": "${REQUEST_ID}", "error": "x"}`,
      /no result/,
    ],
  ] as const) {
    it(`refuses ${what}`, () => {
      expect(() => decodeAnswer(body, REQUEST_ID)).to.throw(message);
    });
  }
});

describe('newRequestId', () => {
  it("has OpenStack's form and is new each time", () => {
    const ids = [newRequestId(), newRequestId()];
    for (const id of ids) {
      expect(id).to.match(
        /^req-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      );
    }
    expect(ids[0]).to.not.equal(ids[1]);
  });
});
