import {once} from 'node:events';
import {Agent, request} from 'node:http';
import net from 'node:net';
import {expect} from '@loopback/testlab';
import {NodeNotFound, NotFound} from '../../../src';
import {
  rawRequest,
  RawResponse,
  send,
} from '../../acceptance/support/raw-request';
import {eventually} from '../../support/eventually';
import {EXCHANGES, SCRIPT, UUID} from './support/captures';
import {GivenServer} from './support/given-server';

const MAX_BODY_SIZE = 128 * 1024;

const PARAMS = {context: {}, node_id: UUID, name: 'boot.ipxe'};

describe('JsonRpcServer', () => {
  let server: GivenServer;

  before(async () => {
    server = await GivenServer.start();
  });
  after(async () => server.stop());

  beforeEach(() => {
    server.logger.clear();
    server.conductor.reset();
    server.conductor.behave(async ({nodeId, name}) => {
      if (nodeId !== UUID) throw new NodeNotFound(nodeId);
      if (name === 'boot.ipxe') return SCRIPT;
      throw new NotFound(`Configuration ${name} is not found`);
    });
  });

  for (const [what, exchange] of Object.entries(EXCHANGES)) {
    it(`answers as Ironic's conductor does, asked for ${what}`, async () => {
      const {method, path, headers, body, answer} = exchange;
      const got = await send(server.port, {
        method,
        target: path,
        headers,
        body,
      });
      expect(got.statusLine).to.eql(`HTTP/1.1 ${answer.status}`);
      expect(got.body.toString()).to.eql(answer.body);
      const {Date: date, Connection, ...rest} = Object.fromEntries(got.headers);
      expect(rest).to.eql(answer.headers);
      expect(Connection).to.eql('close');
      expect(date).to.match(/ GMT$/);
    });
  }

  it('sends the headers in the order in which Ironic does', async () => {
    const {headers} = await post(body({}));
    expect(headers.map(([name]) => name)).to.eql([
      'Content-Type',
      'Content-Length',
      'Date',
      'Connection',
    ]);
  });

  it('counts the length in bytes', async () => {
    server.conductor.returns('\u{1f5a5}');
    const {headers, body: bytes} = await post(body({}));
    expect(headers).to.containEql(['Content-Length', String(bytes.length)]);
    expect(JSON.parse(bytes.toString())).to.match({result: '\u{1f5a5}'});
  });

  it('gives no content to a notification', async () => {
    const answer = await post(body({id: undefined}));
    expect(answer.statusLine).to.eql('HTTP/1.1 204 No Content');
    expect(answer.body).to.be.empty();
    expect(server.conductor.calls).to.have.length(1);
  });

  for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
    it(`takes POST alone, not ${method}`, async () => {
      const answer = await send(server.port, {
        method,
        target: '/',
        body: method === 'PUT' ? body({}) : '',
      });
      expect(answer.statusLine).to.eql('HTTP/1.1 405 Method Not Allowed');
      expect(answer.headers).to.containEql([
        'Content-Type',
        'application/json',
      ]);
      if (method !== 'HEAD') {
        expect(answer.body.toString()).to.eql(
          '{"error":{"code":405,"message":"Only POST method can be used"}}',
        );
      }
      expect(server.conductor.calls).to.be.empty();
    });
  }

  for (const target of [
    '/',
    '//',
    '/v1/boot/x',
    '/?a=b',
    '/%zz',
    '/../x',
    '*',
  ]) {
    it(`answers at any path, ${target}`, async () => {
      const answer = await send(server.port, {
        method: 'POST',
        target,
        body: body({}),
      });
      expect(JSON.parse(answer.body.toString())).to.match({result: SCRIPT});
    });
  }

  it('takes a body of the largest size', async () => {
    const padding = MAX_BODY_SIZE - body({}).length;
    const answer = await post(body({}) + ' '.repeat(padding));
    expect(answer.status).to.eql(200);
  });

  it('takes no body that is larger', async () => {
    const padding = MAX_BODY_SIZE - body({}).length + 1;
    const answer = await post(body({}) + ' '.repeat(padding));
    expect(answer.status).to.eql(413);
    expect(JSON.parse(answer.body.toString())).to.match({error: {code: 413}});
    expect(server.conductor.calls).to.be.empty();
  });

  it('cuts a body without end', async () => {
    const socket = net.connect(server.port, '127.0.0.1');
    // What the server throws away makes the system reset the connection.
    socket.on('error', () => {}).resume();
    const closed = new Promise(resolve => socket.on('close', resolve));
    socket.write(
      'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n',
    );
    const chunk = `1000\r\n${' '.repeat(0x1000)}\r\n`;
    let sent = 0;
    const pump = () => {
      while (!socket.destroyed && socket.write(chunk)) sent += chunk.length;
    };
    socket.on('drain', pump);
    pump();
    await closed;
    expect(sent).to.be.below(64 * 1024 * 1024);
    expect(server.conductor.calls).to.be.empty();
    expect((await post(body({}))).status).to.eql(200);
  });

  it('waits for a body that comes in pieces, cut anywhere', async () => {
    const bytes = Buffer.from(body({params: {...PARAMS, name: '\u{1f5a5}'}}));
    const chunks = [...bytes].map(byte => [
      Buffer.from('1\r\n'),
      Buffer.of(byte),
      Buffer.from('\r\n'),
    ]);
    const answer = await rawRequest(
      server.port,
      Buffer.concat([
        Buffer.from(
          'POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n',
        ),
        ...chunks.flat(),
        Buffer.from('0\r\n\r\n'),
      ]),
    );
    expect(JSON.parse(answer.body.toString())).to.match({
      error: {message: 'Configuration \u{1f5a5} is not found'},
    });
  });

  it('outlives a caller that goes away', async () => {
    let release = () => {};
    server.conductor.behave(async () => {
      await new Promise<void>(resolve => (release = resolve));
      return SCRIPT;
    });
    const socket = net.connect(server.port, '127.0.0.1');
    socket.write(
      `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${body({}).length}\r\n\r\n${body({})}`,
    );
    await eventually('the call arrived', () => !!server.conductor.calls.length);
    socket.destroy();
    release();
    server.conductor.returns(SCRIPT);
    expect((await post(body({}))).status).to.eql(200);
  });

  it('does not wait for the rest of a body whose sender is gone', async () => {
    const socket = net.connect(server.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.end('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{');
    socket.on('error', () => {}).resume();
    await once(socket, 'close');
    expect(server.conductor.calls).to.be.empty();
    expect((await post(body({}))).status).to.eql(200);
  });

  it('keeps the connection for the next call', async () => {
    const agent = new Agent({keepAlive: true, maxSockets: 1});
    const ports = new Set<number | undefined>();
    for (let n = 0; n < 3; n++) {
      const call = request({port: server.port, method: 'POST', agent});
      call.end(body({}));
      const [response] = (await once(call, 'response')) as [
        NodeJS.ReadableStream,
      ];
      ports.add(call.socket?.localPort);
      response.resume();
      await once(response, 'end');
    }
    expect(ports.size).to.eql(1);
    agent.destroy();
  });

  it('answers several calls at once', async () => {
    const waiting: (() => void)[] = [];
    server.conductor.behave(async ({name}) => {
      await new Promise<void>(resolve => waiting.push(resolve));
      return name;
    });
    const names = Array.from({length: 20}, (_, n) => `${n}`);
    const answers = names.map(async name =>
      post(body({params: {...PARAMS, name}})),
    );
    await eventually('all calls arrived', () => waiting.length === 20);
    for (const release of waiting) release();
    const results = (await Promise.all(answers)).map(
      answer => (JSON.parse(answer.body.toString()) as {result: string}).result,
    );
    expect(results).to.eql(names);
  });

  it('tells an unexpected error to the log alone', async () => {
    server.conductor.behave(async () => {
      throw new TypeError('/srv/secret is not a function');
    });
    const {status, body: bytes} = await post(body({}));
    expect(status).to.eql(200);
    expect(bytes.toString()).to.eql(
      '{"jsonrpc":"2.0","id":"1","error":{"code":500,"message":"Internal error"}}',
    );
    expect(server.logger.records).to.have.length(1);
    const [{level, details}] = server.logger.records;
    expect(level).to.eql('error');
    expect((details.err as Error).message).to.match(/secret/);
  });

  it('logs nothing of what Ironic has an exception for', async () => {
    await post(body({params: {...PARAMS, name: 'nope'}}));
    await post(body({params: {...PARAMS, node_id: 'nope'}}));
    await post(body({method: 'nope'}));
    expect(server.logger.records).to.be.empty();
  });

  async function post(text: string): Promise<RawResponse> {
    return send(server.port, {
      method: 'POST',
      target: '/',
      headers: {'Content-Type': 'application/json'},
      body: text,
    });
  }
});

function body(change: object): string {
  return JSON.stringify({
    jsonrpc: '2.0',
    id: '1',
    method: 'get_boot_config',
    params: PARAMS,
    ...change,
  });
}
