import {expect} from '@loopback/testlab';
import {
  anonymousContext,
  decodeReply,
  decodeRequest,
  encodeReply,
  encodeRequest,
  msgIdIn,
  newOsloId,
} from '../../../src';
import {CAPTURES, messageIn} from './oslo-message.captures';

const UUID = '1be26c0b-03f2-4d2e-ae87-c02d7f33c10d';
const MSG_ID = '89ec62ba58b14f90bf74c34b02ad4c0e';
const REPLY_QUEUE = 'reply_07969fbd3e7e44d19143c8501717e937';
const REQUEST_ID = 'req-c8c60123-dbbc-4361-ae91-d33a918be696';
const HEX = /^[0-9a-f]{32}$/;

describe("oslo.messaging's messages", () => {
  it('have ids of 32 hexadecimal digits, each another', () => {
    expect(newOsloId()).to.match(HEX);
    expect(newOsloId()).to.not.equal(newOsloId());
  });

  it('ask as Ironic does', () => {
    const call = {
      method: 'get_boot_config',
      args: {node_id: UUID, name: 'boot.ipxe'},
      context: anonymousContext(REQUEST_ID),
      version: '1.56',
    };
    const body = encodeRequest(call, MSG_ID, REPLY_QUEUE);
    expect(Object.keys(JSON.parse(body.toString()) as object)).to.eql([
      'oslo.version',
      'oslo.message',
    ]);
    const {_unique_id: id, ...ours} = messageIn(body);
    const ironics = messageIn(CAPTURES.request);
    delete ironics._unique_id;
    expect(ours).to.eql(ironics);
    expect(Object.keys(ours)).to.eql(Object.keys(ironics));
    expect(id).to.match(HEX);
  });

  it("are read as Ironic's requests", () => {
    expect(decodeRequest(Buffer.from(CAPTURES.request))).to.eql({
      method: 'get_boot_config',
      args: {node_id: UUID, name: 'boot.ipxe'},
      context: anonymousContext(REQUEST_ID),
      version: '1.56',
      namespace: undefined,
      msgId: MSG_ID,
      replyQueue: REPLY_QUEUE,
    });
  });

  it('are read with what they have', () => {
    expect(decodeRequest(enveloped({method: 'm', namespace: 'n'}))).to.eql({
      method: 'm',
      args: {},
      context: {},
      version: '1.0',
      namespace: 'n',
      msgId: undefined,
      replyQueue: undefined,
    });
  });

  it('are read when the client has parsed the envelope', () => {
    const envelope = JSON.parse(CAPTURES.result) as unknown;
    expect(decodeReply(envelope).msgId).to.equal(MSG_ID);
  });

  for (const [what, body] of Object.entries({
    'no JSON': '{bad',
    'a list': '[]',
    null: 'null',
    'no envelope': '{"method": "get_boot_config"}',
    'another version': '{"oslo.version": "3.0", "oslo.message": "{}"}',
    'a message that is no JSON': '{"oslo.version": "2.0", "oslo.message": "x"}',
    'a message that is a list': '{"oslo.version": "2.0", "oslo.message": "[]"}',
    'no method and no id': enveloped({}),
    'arguments without names': enveloped({method: 'm', args: [1]}),
    'a failure that is none': enveloped({_msg_id: '1', failure: '7'}),
  })) {
    it(`are not read: ${what}`, () => {
      expect(() => decodeRequest(Buffer.from(body))).to.throw();
      expect(() => decodeReply(Buffer.from(body))).to.throw();
    });
  }

  it('reply as Ironic does', () => {
    const result = '#!ipxe\n\nset attempts:int32 10\nboot';
    const {_unique_id: id, ...ours} = messageIn(encodeReply(MSG_ID, {result}));
    const ironics = messageIn(CAPTURES.result);
    delete ironics._unique_id;
    expect(ours).to.eql(ironics);
    expect(id).to.match(HEX);
    expect(decodeReply(CAPTURES.result)).to.eql({
      msgId: MSG_ID,
      ending: true,
      result,
      failure: undefined,
    });
  });

  it('tell of failures as Ironic does, but for the traceback', () => {
    const body = encodeReply('cf5ebce28c244ae788b0e3a3e0e362e9', {
      failure: {
        class: 'NotFound',
        module: 'ironic.common.exception',
        message: 'Configuration nope.ipxe is not found',
        kwargs: {code: 404},
      },
    });
    const ours = messageIn(body);
    const ironics = messageIn(CAPTURES.notFound);
    expect(JSON.parse(ours.failure as string)).to.eql({
      ...(JSON.parse(ironics.failure as string) as object),
      tb: [],
    });
    expect(ours.result).to.be.null();
  });

  it('are read as failures without their traceback', () => {
    expect(decodeReply(CAPTURES.notFound).failure).to.eql({
      code: 404,
      className: 'NotFound',
      message: 'Configuration nope.ipxe is not found',
    });
    expect(decodeReply(CAPTURES.unsupportedVersion).failure).to.eql({
      code: 500,
      className: 'UnsupportedVersion',
      message:
        'Endpoint does not support RPC version 1.56. Attempted method: get_boot_config',
    });
  });

  it('are told from signs of life', () => {
    const body = enveloped({_msg_id: '1', result: null, ending: false});
    expect(decodeReply(body).ending).to.be.false();
  });

  it('carry text as it is', () => {
    const result = '\ufeff#!ipxe\r\n"\\/\b\u0000\u2028\u{1f5a5}\n';
    expect(decodeReply(encodeReply('1', {result})).result).to.equal(result);
  });

  it('that can not be read tell whose they are, if their end is there', () => {
    const id = 'cf5ebce28c244ae788b0e3a3e0e362e9';
    const sound = encodeReply(id, {result: 'x'.repeat(100)});
    expect(msgIdIn(sound.subarray(50))).to.equal(id);
    expect(msgIdIn(CAPTURES.notFound)).to.equal(
      messageIn(CAPTURES.notFound)._msg_id,
    );
    for (const body of [sound.subarray(0, 100), '', undefined, {a: 1}]) {
      expect(msgIdIn(body)).to.be.undefined();
    }
  });

  it('can not be forged by a script', () => {
    const forged = `"_msg_id": "${'0'.repeat(32)}" \\"_msg_id\\": \\"${'0'.repeat(32)}\\"`;
    const id = 'cf5ebce28c244ae788b0e3a3e0e362e9';
    expect(msgIdIn(encodeReply(id, {result: forged}))).to.equal(id);
  });
});

function enveloped(message: object): string {
  return JSON.stringify({
    'oslo.version': '2.0',
    'oslo.message': JSON.stringify(message),
  });
}
