import {expect} from '@loopback/testlab';
import {
  BootConfigError,
  encodeRequest,
  NodeNotFound,
  NotFound,
  UnsupportedDriverExtension,
} from '../../../src';
import {dispatch} from '../../../src/conductor/oslo-dispatcher';
import {StubConductor} from '../../acceptance/support/stub-conductor';
import {messageIn} from '../rpc/oslo-message.captures';

const UUID = '1be26c0b-03f2-4d2e-ae87-c02d7f33c10d';
const CALL = {
  method: 'get_boot_config',
  args: {node_id: UUID, name: 'boot.ipxe'} as Record<string, unknown>,
  context: {request_id: 'req-1', roles: ['admin']},
  version: '1.63',
};
const IRONIC = 'ironic.common.exception';
const DISPATCHER = 'oslo_messaging.rpc.dispatcher';

interface Failure {
  class: string;
  module: string;
  message: string;
  tb: string[];
  args: unknown[];
  kwargs: object;
}

describe("a conductor's replies over oslo.messaging", () => {
  let conductor: StubConductor;
  let unexpected: Error[];

  beforeEach(() => {
    conductor = new StubConductor();
    unexpected = [];
  });

  it('carry what the conductor returned', async () => {
    conductor.returns('#!ipxe\n');
    const answer = await dispatched(encodeRequest(CALL, 'id', 'reply_1'));
    expect(answer?.replyQueue).to.equal('reply_1');
    expect(messageIn(answer!.body)).to.containEql({
      result: '#!ipxe\n',
      failure: null,
      ending: true,
      _msg_id: 'id',
    });
    expect(conductor.calls).to.eql([
      {context: CALL.context, nodeId: UUID, name: 'boot.ipxe'},
    ]);
  });

  it('are not given to a cast', async () => {
    const message = JSON.stringify({method: CALL.method, args: CALL.args});
    const body = {'oslo.version': '2.0', 'oslo.message': message};
    expect(
      await dispatched(Buffer.from(JSON.stringify(body))),
    ).to.be.undefined();
  });

  for (const version of ['1.0', '1.56', '1.63']) {
    it(`are given to version ${version}`, async () => {
      expect(await failureOf({version})).to.be.null();
    });
  }

  for (const version of ['1.64', '2.0', '0.9', 'x', '']) {
    it(`refuse version ${JSON.stringify(version)}`, async () => {
      expect(await failureOf({version})).to.containEql({
        class: 'UnsupportedVersion',
        module: DISPATCHER,
        message: `Endpoint does not support RPC version ${version}. Attempted method: get_boot_config`,
        kwargs: {},
      });
      expect(conductor.calls).to.be.empty();
    });
  }

  it('refuse another method', async () => {
    expect(await failureOf({method: 'destroy_node'})).to.containEql({
      class: 'NoSuchMethod',
      module: DISPATCHER,
      message: 'Endpoint does not support RPC method destroy_node',
    });
  });

  for (const [what, args] of Object.entries({
    'an unknown one': {...CALL.args, x: 1},
    'a missing name': {node_id: UUID},
    'a node that is a list': {...CALL.args, node_id: [UUID]},
  })) {
    it(`refuse arguments: ${what}`, async () => {
      expect(await failureOf({args})).to.containEql({
        class: 'TypeError',
        module: 'builtins',
      });
      expect(conductor.calls).to.be.empty();
    });
  }

  for (const [error, told, code, why] of [
    [new NotFound('Nothing'), 'NotFound', 404, 'Nothing'],
    [
      new NodeNotFound(UUID),
      'NodeNotFound',
      404,
      `Node ${UUID} could not be found.`,
    ],
    [
      new UnsupportedDriverExtension('ipmi', 'get_boot_config'),
      'UnsupportedDriverExtension',
      400,
      'Driver ipmi does not support get_boot_config (disabled or not implemented).',
    ],
    [
      new BootConfigError('database_unavailable', '192.0.2.1 is down'),
      'TemporaryFailure',
      503,
      'The conductor has no database at the moment.',
    ],
    [new TypeError('/srv/secret'), 'IronicException', 500, 'Internal error'],
  ] as const) {
    it(`tell of ${error.name} as ${told}`, async () => {
      conductor.behave(async () => {
        throw error;
      });
      expect(await failureOf({})).to.eql({
        class: told,
        module: IRONIC,
        message: why,
        tb: [],
        args: [why],
        kwargs: {code},
      });
    });
  }

  it('leave to the log what is not to be told', async () => {
    const why = new TypeError('/srv/secret');
    conductor.behave(async () => {
      throw why;
    });
    await failureOf({});
    expect(unexpected).to.eql([why]);
  });

  it('are none to what is no request', async () => {
    for (const body of ['{bad', '[]']) {
      await expect(dispatched(Buffer.from(body))).to.be.rejected();
    }
  });

  it('are none to a request that is too large', async () => {
    const args = {...CALL.args, x: 'x'.repeat(200_000)};
    const request = encodeRequest({...CALL, args}, 'id', 'reply_1');
    await expect(dispatched(request)).to.be.rejectedWith({
      message: /more than 131072 bytes/,
    });
  });

  it('are none to a request that is nested too deeply', async () => {
    for (const depth of [30, 10_000]) {
      const args = `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
      const message = `{"method": "get_boot_config", "args": ${args}}`;
      const body = {'oslo.version': '2.0', 'oslo.message': message};
      await expect(
        dispatched(Buffer.from(JSON.stringify(body))),
      ).to.be.rejectedWith({message: /nested too deeply/});
    }
    expect(conductor.calls).to.be.empty();
  });

  function dispatched(body: Buffer) {
    return dispatch(conductor, {body, bodySize: body.length}, error =>
      unexpected.push(error),
    );
  }

  async function failureOf(
    change: Partial<typeof CALL>,
  ): Promise<Failure | null> {
    const request = encodeRequest({...CALL, ...change}, 'id', 'reply_1');
    const answer = await dispatched(request);
    const {failure} = messageIn(answer!.body);
    return failure ? (JSON.parse(failure as string) as Failure) : null;
  }
});
