import {expect} from '@loopback/testlab';
import {
  NodeNotFound,
  NotFound,
  Reason,
  TemporaryFailure,
  UnsupportedDriverExtension,
} from '../../../src';
import {
  askFor,
  BootRequest,
  expectNotFound,
  LogRecord,
  MAC,
  StubConductor,
  useHost,
  WAITING_NODE,
} from '../support';

type Level = LogRecord['level'];

const BY_REQUEST: [Reason, Level, BootRequest][] = [
  ['path_unknown', 'info', {target: '/v1/boot/x'}],
  ['method_unknown', 'info', {method: 'POST'}],
  ['mac_malformed', 'info', {mac: 'x'}],
  ['name_malformed', 'info', {name: '..'}],
  ['node_not_found', 'info', {mac: MAC.unknown}],
  ['state_restricted', 'info', {mac: MAC.active}],
  ['no_conductor', 'warn', {mac: MAC.noConductor}],
  ['conductor_unreachable', 'warn', {mac: MAC.deadConductor}],
  ['config_not_found', 'info', {name: 'grub.cfg'}],
];

function throwing(error: unknown) {
  return (conductor: StubConductor) =>
    conductor.behave(async () => {
      throw error;
    });
}

const BY_CONDUCTOR: [Reason, string, (c: StubConductor) => void][] = [
  ['config_not_found', 'NotFound', throwing(new NotFound('no such file'))],
  ['config_not_found', 'NodeNotFound', throwing(new NodeNotFound('x'))],
  [
    'driver_unsupported',
    'UnsupportedDriverExtension',
    throwing(new UnsupportedDriverExtension('pxe', 'get_boot_config')),
  ],
  ['conductor_error', 'TemporaryFailure', throwing(new TemporaryFailure('x'))],
  ['conductor_error', 'an error', throwing(new TypeError('x is not y'))],
  ['conductor_error', 'what is no error', throwing('a text')],
  ['script_unsound', 'returns no script', c => c.returns('hello')],
];

const SECRET = 'the-secret-of-the-conductor';

describe('The reason of a 404', () => {
  const host = useHost();
  beforeEach(() => {
    host().conductor.reset();
    host().logger.clear();
  });

  for (const [reason, level, request] of BY_REQUEST) {
    it(`is in the log only: ${reason}`, async () => {
      expectNotFound(await askFor(host(), request));
      expect(host().logger.only).to.containDeep({level, details: {reason}});
      expect(host().logger.only.message).to.match(/^not served: ./);
    });
  }

  for (const [reason, what, misbehave] of BY_CONDUCTOR) {
    it(`is in the log only: ${reason}, the conductor's ${what}`, async () => {
      misbehave(host().conductor);
      expectNotFound(await askFor(host()));
      expect(host().logger.only.details.reason).to.equal(reason);
    });
  }

  it('never reaches the client', async () => {
    throwing(new NotFound(SECRET))(host().conductor);
    const answer = await askFor(host());
    expectNotFound(answer);
    expect(host().logger.only.message).to.match(new RegExp(SECRET));
  });

  it('comes with what an operator needs to find the machine', async () => {
    await askFor(host(), {
      mac: '52-54-00-AB-CD-03',
      headers: {'User-Agent': 'iPXE/1.21.1'},
    });
    const {details, message} = host().logger.only;
    expect(details).to.containEql({
      method: 'GET',
      mac: '52-54-00-AB-CD-03',
      name: 'boot.ipxe',
      source: '127.0.0.1',
      user_agent: 'iPXE/1.21.1',
    });
    expect(details.request_id).to.match(/^req-[0-9a-f-]{36}$/);
    expect(details.ms).to.be.a.Number();
    expect(message).to.match(/1be26c0b-03f2-4d2e-ae87-c02d7f33c103.*"active"/);
  });
});

describe('The log of a script that was served', () => {
  const host = useHost();

  it('names the node, the conductor and the size', async () => {
    host().logger.clear();
    const {body} = await askFor(host());
    expect(host().logger.only).to.containDeep({
      level: 'info',
      message: 'served',
      details: {
        mac: MAC.waiting,
        name: 'boot.ipxe',
        node: WAITING_NODE,
        conductor: 'conductor-1',
        owner: true,
        size: body.length,
      },
    });
  });

  it('has the request id that the conductor gets', async () => {
    host().logger.clear();
    host().conductor.reset();
    await askFor(host());
    const [{context}] = host().conductor.calls;
    expect(context.request_id).to.equal(host().logger.only.details.request_id);
  });

  it('has another id for each request', async () => {
    host().logger.clear();
    await Promise.all([askFor(host()), askFor(host()), askFor(host())]);
    const ids = host().logger.requests.map(r => r.details.request_id);
    expect(new Set(ids).size).to.equal(3);
  });
});
