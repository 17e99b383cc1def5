import {once} from 'node:events';
import net from 'node:net';
import {Readable} from 'node:stream';
import {expect} from '@loopback/testlab';
import {
  anonymousContext,
  BootConfigConfig,
  BootConfigError,
  JsonRpcTransport,
  Reason,
  resolveOptions,
  RpcCall,
} from '../../../src';
import {eventually} from '../../support/eventually';
import {freePort} from '../../support/ports';
import {
  Answer,
  answers,
  answersWith,
  FakeConductor,
} from './support/fake-conductor';
import {bracketed, LOOPBACK} from './support/loopback';

const REQUEST_ID = 'req-e857fa73-7f84-4fb2-9fd2-9687f5edc304';

const CALL: RpcCall = {
  method: 'get_boot_config',
  args: {node_id: '1be26c0b-03f2-4d2e-ae87-c02d7f33c10d', name: 'boot.ipxe'},
  context: anonymousContext(REQUEST_ID),
  version: '1.56',
};

/** What Ironic's own client sends for the same call. */
const CAPTURED_BODY =
  '{"jsonrpc": "2.0", "method": "get_boot_config", "params": {"node_id": "1be26c0b-03f2-4d2e-ae87-c02d7f33c10d", "name": "boot.ipxe", "context": {"user": null, "project_id": null, "system_scope": null, "project": null, "domain": null, "user_domain": null, "project_domain": null, "is_admin": false, "read_only": false, "show_deleted": false, "auth_token": null, "request_id": "req-e857fa73-7f84-4fb2-9fd2-9687f5edc304", "global_request_id": null, "resource_uuid": null, "roles": [], "user_identity": "- - - - -", "is_admin_project": true, "auth_token_info": null}, "rpc.version": "1.56"}, "id": "req-e857fa73-7f84-4fb2-9fd2-9687f5edc304"}';

const CHUNK = Buffer.alloc(64 * 1024, 'x');

const SCRIPT = '#!ipxe\necho Gr\u00fc\u00dfe \u{1f5a5}\r\nboot';

describe('JsonRpcTransport', () => {
  const stoppables: {stop(): Promise<void>}[] = [];

  afterEach(async () => {
    // Clients first: a conductor does not wait for them then.
    for (const stoppable of stoppables.splice(0).reverse()) {
      await stoppable.stop();
    }
  });

  describe('sends', () => {
    it("what Ironic's own client sends", async () => {
      const conductor = await givenConductor(answers({result: SCRIPT}));
      await givenTransport().call(conductor.name, CALL, soon());
      const [{method, url, headers, body}] = conductor.requests;
      expect(method).to.eql('POST');
      expect(url).to.eql('/');
      expect(headers).to.match({
        host: conductor.name,
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(body)),
      });
      expect(keysInOrder(JSON.parse(body))).to.eql(
        keysInOrder(JSON.parse(CAPTURED_BODY)),
      );
      expect(JSON.parse(body)).to.eql(JSON.parse(CAPTURED_BODY));
    });

    it('each call with its own id', async () => {
      const conductor = await givenConductor(answers({result: SCRIPT}));
      const transport = givenTransport();
      for (const id of ['req-1', 'req-2']) {
        const call = {...CALL, context: anonymousContext(id)};
        await transport.call(conductor.name, call, soon());
      }
      const ids = conductor.requests.map(
        ({body}) => (JSON.parse(body) as {id: string}).id,
      );
      expect(ids).to.eql(['req-1', 'req-2']);
    });
  });

  describe('returns', () => {
    for (const result of [SCRIPT, '', null, 7, {a: 1}, false]) {
      it(`the result as it came, ${JSON.stringify(result)}`, async () => {
        const {name} = await givenConductor(answers({result}));
        expect(await givenTransport().call(name, CALL, soon())).to.eql(result);
      });
    }

    it('a script of the largest size, whatever JSON makes of it', async () => {
      const result = '\u0001'.repeat(4096);
      const {name} = await givenConductor(answers({result}));
      const transport = givenTransport({boot_config: {max_script_size: 4096}});
      expect(await transport.call(name, CALL, soon())).to.eql(result);
    });

    it('an answer that comes in pieces, cut anywhere', async () => {
      const {name} = await givenConductor(async (response, {body}) => {
        const {id} = JSON.parse(body) as {id: string};
        const answer = JSON.stringify({jsonrpc: '2.0', id, result: SCRIPT});
        for (const byte of Buffer.from(answer)) {
          if (!response.write(Buffer.of(byte))) await once(response, 'drain');
        }
        response.end();
      });
      expect(await givenTransport().call(name, CALL, soon())).to.eql(SCRIPT);
    });
  });

  describe('fails with', () => {
    const ironic = (code: number, cls: string) =>
      answers({
        error: {
          code,
          message: 'told by the conductor',
          data: {class: `ironic.common.exception.${cls}`},
        },
      });

    const FAILURES: [Reason, string, Answer, RegExp?][] = [
      ['config_not_found', 'NotFound', ironic(404, 'NotFound')],
      ['config_not_found', 'NodeNotFound', ironic(404, 'NodeNotFound')],
      [
        'driver_unsupported',
        'UnsupportedDriverExtension',
        ironic(400, 'UnsupportedDriverExtension'),
      ],
      [
        'rpc_unsupported',
        'UnsupportedVersion',
        answers({
          error: {
            code: 500,
            message: 'told by the conductor',
            data: {class: 'oslo_messaging.rpc.dispatcher.UnsupportedVersion'},
          },
        }),
      ],
      [
        'rpc_unsupported',
        'a method that is unknown',
        answers({
          error: {
            code: -32601,
            message: 'Method get_boot_config was not found',
          },
        }),
        /was not found.*ironic-boot-config conductor/,
      ],
      [
        'conductor_error',
        'parameters that are unknown',
        answers({error: {code: -32602, message: 'Params are invalid'}}),
        /Params are invalid/,
      ],
      ['conductor_error', 'NodeLocked', ironic(409, 'NodeLocked')],
      ['conductor_error', 'a class of nobody', ironic(500, 'constructor')],
      [
        'conductor_error',
        'an error without a class',
        answers({error: {code: 500, message: 'told by the conductor'}}),
      ],
      ['conductor_error', 'an error with nothing', answers({error: {}})],
      [
        'conductor_error',
        'status 500',
        answersWith(500, 'x'),
        /HTTP status 500/,
      ],
      [
        'conductor_error',
        'status 401',
        answersWith(401, '{"error": {}}'),
        /HTTP status 401/,
      ],
      [
        'conductor_error',
        'a redirection',
        response => {
          response.writeHead(302, {Location: 'http://127.0.0.1:1/'}).end();
        },
        /HTTP status 302/,
      ],
      [
        'conductor_error',
        'status 204',
        response => void response.writeHead(204).end(),
        /HTTP status 204/,
      ],
      [
        'conductor_unreachable',
        'status 503, as long as it is not online',
        answersWith(503, ''),
        /not online/,
      ],
      ['conductor_error', 'garbage', answersWith(200, '<html>')],
      ['conductor_error', 'nothing', answersWith(200, '')],
      ['conductor_error', 'no object', answersWith(200, '["2.0"]')],
      [
        'conductor_error',
        'the answer to another request',
        answers({id: 'req-another', result: SCRIPT}),
        /another request/,
      ],
      [
        'conductor_error',
        'the answer to no request',
        answers({id: null, result: SCRIPT}),
        /another request/,
      ],
      ['conductor_error', 'no result', answers({}), /no result/],
      [
        'conductor_unreachable',
        'a connection that is cut before the answer',
        response => void response.socket?.destroy(),
      ],
      [
        'conductor_unreachable',
        'a connection that is cut in the answer',
        response => {
          response.writeHead(200, {'Content-Length': 1000});
          response.write('{"jsonrpc"', () => response.socket?.destroy());
        },
      ],
      [
        'conductor_unreachable',
        'a connection that is reset in the answer',
        response => {
          response.writeHead(200, {'Content-Length': 1000});
          response.write('{"jsonrpc"', () =>
            response.socket?.resetAndDestroy(),
          );
        },
      ],
    ];

    for (const [reason, what, answer, message] of FAILURES) {
      it(`${reason} for ${what}`, async () => {
        const {name} = await givenConductor(answer);
        const error = await failureOf(givenTransport(), name);
        expect(error.reason).to.eql(reason);
        expect(error.message).to.startWith(`conductor ${name} `);
        if (message) expect(error.message).to.match(message);
      });
    }

    it('conductor_unreachable for nobody who listens', async () => {
      const name = `127.0.0.1:${await freePort()}`;
      const error = await failureOf(givenTransport(), name);
      expect(error.reason).to.eql('conductor_unreachable');
      expect(error.message).to.match(/can't be reached: .*ECONNREFUSED/);
    });

    for (const name of ['conductor.invalid', 'no such name', '', 'a:b:c']) {
      it(`conductor_unreachable for a name that leads nowhere, "${name}"`, async () => {
        const {reason} = await failureOf(givenTransport(), name);
        expect(reason).to.eql('conductor_unreachable');
      });
    }

    it('conductor_unreachable for who speaks no HTTP', async () => {
      const server = net.createServer(socket => {
        socket.on('error', () => {}).end('SSH-2.0-OpenSSH_9.2\r\n');
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const {port} = server.address() as net.AddressInfo;
      const {reason} = await failureOf(givenTransport(), `127.0.0.1:${port}`);
      expect(reason).to.eql('conductor_unreachable');
      server.close();
    });

    for (const [what, answer] of Object.entries<Answer>({
      'never answers': () => {},
      'never ends its answer': response => void response.write('{'),
    })) {
      it(`conductor_timeout for one that ${what}, when the time is up`, async () => {
        const conductor = await givenConductor(answer);
        const stop = new AbortController();
        const failure = failureOf(
          givenTransport(),
          conductor.name,
          stop.signal,
        );
        await eventually('the call arrived', () => !!conductor.requests.length);
        stop.abort();
        const {reason, message} = await failure;
        expect(reason).to.eql('conductor_timeout');
        expect(message).to.match(/did not answer in time/);
        await eventually('its answer is cut', () => !conductor.underWay.size);
      });
    }

    it('conductor_timeout without being told, for one that never answers', async () => {
      const {name} = await givenConductor();
      const transport = givenTransport({boot_config: {request_timeout: 0.1}});
      const {reason} = await failureOf(transport, name);
      expect(reason).to.eql('conductor_timeout');
    });

    it('conductor_timeout before it calls, when the time is up already', async () => {
      const conductor = await givenConductor(answers({result: SCRIPT}));
      const {reason} = await failureOf(
        givenTransport(),
        conductor.name,
        AbortSignal.abort(),
      );
      expect(reason).to.eql('conductor_timeout');
      expect(conductor.requests).to.be.empty();
    });
  });

  describe('of an answer without end', () => {
    for (const [what, headers] of Object.entries({
      'told beforehand': {'Content-Length': 2 ** 40},
      'in pieces': {},
    })) {
      it(`reads as much as a script may have, its size ${what}`, async () => {
        let sent = 0;
        const endless = function* () {
          for (;;) {
            sent += CHUNK.length;
            yield CHUNK;
          }
        };
        const conductor = await givenConductor(response => {
          response.writeHead(200, headers);
          Readable.from(endless()).pipe(response);
        });
        const transport = givenTransport({boot_config: {max_script_size: 64}});
        const {reason, message} = await failureOf(transport, conductor.name);
        expect(reason).to.eql('conductor_error');
        expect(message).to.match(/more than \d+ bytes/);
        await eventually('its answer is cut', () => !conductor.underWay.size);
        // What the sockets of both sides hold, which may be some megabytes.
        expect(sent).to.be.below(1000 * CHUNK.length);
      });
    }
  });

  describe('keeps connections', () => {
    it('for the next call', async () => {
      const conductor = await givenConductor(answers({result: SCRIPT}));
      const transport = givenTransport();
      for (let n = 0; n < 20; n++) {
        await transport.call(conductor.name, CALL, soon());
      }
      expect(conductor.requests).to.have.length(20);
      // One that ends a call may not be free for the next one at once.
      expect(conductor.connections).to.be.belowOrEqual(2);
    });

    it('after errors that came as answers', async () => {
      const conductor = await givenConductor(answersWith(500, ''));
      const transport = givenTransport();
      for (let n = 0; n < 20; n++) await failureOf(transport, conductor.name);
      expect(conductor.connections).to.be.belowOrEqual(2);
    });

    it('but not many to one conductor', async () => {
      let waiting: (() => void)[] = [];
      const conductor = await givenConductor(async (response, request) => {
        await new Promise<void>(resolve => waiting.push(resolve));
        await answers({result: SCRIPT})(response, request);
      });
      const transport = givenTransport();
      const calls = Array.from({length: 80}, async () =>
        transport.call(conductor.name, CALL, soon()),
      );
      await eventually('some calls arrived', () => waiting.length >= 32);
      let answered = 0;
      const all = Promise.all(calls).then(() => (answered = 80));
      await eventually('all calls are answered', () => {
        for (const answer of waiting) answer();
        waiting = [];
        return answered === 80;
      });
      await all;
      expect(conductor.connections).to.be.belowOrEqual(32);
    });

    it('for each conductor its own', async () => {
      const [a, b] = [
        await givenConductor(answers({result: 'a'})),
        await givenConductor(answers({result: 'b'})),
      ];
      const transport = givenTransport();
      expect(await transport.call(a.name, CALL, soon())).to.eql('a');
      expect(await transport.call(b.name, CALL, soon())).to.eql('b');
      expect(await transport.call(a.name, CALL, soon())).to.eql('a');
    });

    it('only as long as the conductor does', async () => {
      const before = await givenConductor(answers({result: 'before'}));
      const transport = givenTransport();
      await transport.call(before.name, CALL, soon());
      await before.stop();
      const {reason} = await failureOf(transport, before.name);
      expect(reason).to.eql('conductor_unreachable');
      const {port} = before;
      await givenConductor(answers({result: 'after'}), {port});
      expect(await transport.call(before.name, CALL, soon())).to.eql('after');
    });

    it('until it is stopped', async () => {
      const conductor = await givenConductor((response, request) =>
        conductor.requests.length === 1
          ? answers({result: SCRIPT})(response, request)
          : undefined,
      );
      const transport = givenTransport();
      await transport.call(conductor.name, CALL, soon());
      const failure = failureOf(transport, conductor.name);
      await eventually('a call waits', () => conductor.requests.length === 2);
      await transport.stop();
      expect((await failure).reason).to.eql('conductor_unreachable');
      await eventually('nothing is open', () => !conductor.open.size);
    });

    it('and needs none to stop', async () => {
      await givenTransport().stop();
    });
  });

  describe('finds a conductor', () => {
    for (const address of LOOPBACK) {
      const name = bracketed(address);

      it(`at ${name}, the port in its name`, async () => {
        const {port} = await givenConductor(answers({result: SCRIPT}), {
          host: address,
        });
        const transport = givenTransport({json_rpc: {port: 1}});
        expect(await transport.call(`${name}:${port}`, CALL, soon())).to.eql(
          SCRIPT,
        );
      });

      it(`at ${address}, at the port of all conductors`, async () => {
        const conductor = await givenConductor(answers({result: SCRIPT}), {
          host: address,
        });
        const {port} = conductor;
        const transport = givenTransport({json_rpc: {port}});
        expect(await transport.call(address, CALL, soon())).to.eql(SCRIPT);
        expect(conductor.requests[0].headers.host).to.eql(`${name}:${port}`);
      });

      it(`at ${name}, at the port of agents whatever its name says`, async () => {
        const {port} = await givenConductor(answers({result: SCRIPT}), {
          host: address,
        });
        const transport = givenTransport({
          json_rpc: {port: 1},
          boot_config: {conductor_port: port},
        });
        for (const called of [address, `${name}:2`]) {
          expect(await transport.call(called, CALL, soon())).to.eql(SCRIPT);
        }
      });
    }

    it('by name', async () => {
      const {port} = await givenConductor(answers({result: SCRIPT}));
      expect(
        await givenTransport().call(`localhost:${port}`, CALL, soon()),
      ).to.eql(SCRIPT);
    });
  });

  async function givenConductor(
    answer?: Answer,
    where?: {host?: string; port?: number},
  ): Promise<FakeConductor> {
    const conductor = await FakeConductor.start(answer, where);
    stoppables.push(conductor);
    return conductor;
  }

  function givenTransport(config: BootConfigConfig = {}): JsonRpcTransport {
    const transport = new JsonRpcTransport(resolveOptions(config));
    stoppables.push(transport);
    return transport;
  }
});

function soon(): AbortSignal {
  return AbortSignal.timeout(10_000);
}

async function failureOf(
  transport: JsonRpcTransport,
  name: string,
  signal = soon(),
): Promise<BootConfigError> {
  const error: unknown = await transport.call(name, CALL, signal).then(
    result => new Error(`it returned ${JSON.stringify(result)}`),
    (failure: unknown) => failure,
  );
  if (!(error instanceof BootConfigError)) throw error;
  return error;
}

/** The names of all members of an object, in their order, deeply. */
function keysInOrder(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return null;
  return Object.entries(value).map(([key, member]) => [
    key,
    keysInOrder(member),
  ]);
}
