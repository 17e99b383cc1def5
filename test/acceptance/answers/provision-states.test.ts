import {expect} from '@loopback/testlab';
import {
  askFor,
  CONDUCTOR,
  expectNotFound,
  givenStore,
  scriptOf,
  served,
  TestApplication,
  givenHost,
  dateless,
} from '../support';

/** The states in `ironic.common.states`; none stands for a NULL. */
const STATES = [
  undefined,
  'active',
  'adopt failed',
  'adopting',
  'available',
  'clean failed',
  'clean hold',
  'clean wait',
  'cleaning',
  'deleted',
  'deleting',
  'deploy complete',
  'deploy failed',
  'deploy hold',
  'deploying',
  'enroll',
  'error',
  'inspect failed',
  'inspect wait',
  'inspecting',
  'manageable',
  'rebuild',
  'rescue',
  'rescue failed',
  'rescue wait',
  'rescuing',
  'service failed',
  'service hold',
  'service wait',
  'servicing',
  'unrescue failed',
  'unrescuing',
  'verifying',
  'wait call-back',
];

const WAITING = [
  'clean wait',
  'inspect wait',
  'rescue wait',
  'service wait',
  'wait call-back',
];

function macOf(index: number): string {
  return `02:00:00:00:01:${index.toString(16).padStart(2, '0')}`;
}

function uuidOf(index: number): string {
  return `aaaaaaaa-0000-4000-8000-${String(index).padStart(12, '0')}`;
}

async function givenNodesInAllStates(restrict?: boolean) {
  const connection = await givenStore({
    conductors: [{hostname: CONDUCTOR, hardware_types: ['ipmi']}],
    nodes: STATES.map((state, index) => ({
      uuid: uuidOf(index),
      driver: 'ipmi',
      provision_state: state,
      ports: [macOf(index)],
    })),
  });
  return givenHost({
    config: {
      database: {connection},
      ...(restrict !== undefined && {api: {restrict_boot_config: restrict}}),
    },
  });
}

for (const [what, restrict] of [
  ['as it is by default', undefined],
  ['= True', true],
] as const) {
  describe(`With restrict_boot_config ${what}`, () => {
    let host: TestApplication;
    before(async () => {
      host = await givenNodesInAllStates(restrict);
    });
    after(async () => host?.stop());
    beforeEach(() => {
      host.conductor.reset();
      host.logger.clear();
    });

    for (const [index, state] of STATES.entries()) {
      const isServed = WAITING.includes(state ?? '');
      it(`a node in state ${state} is ${isServed ? '' : 'not '}served`, async () => {
        const answer = await askFor(host, {mac: macOf(index)});
        if (isServed) {
          expect(dateless(answer)).to.eql(served(scriptOf(uuidOf(index))));
          return;
        }
        expectNotFound(answer);
        expect(host.conductor.calls).to.be.empty();
        expect(host.logger.only).to.containDeep({
          level: 'info',
          details: {reason: 'state_restricted'},
        });
      });
    }
  });
}

describe('With restrict_boot_config = False', () => {
  let host: TestApplication;
  before(async () => {
    host = await givenNodesInAllStates(false);
  });
  after(async () => host?.stop());

  for (const [index, state] of STATES.entries()) {
    it(`a node in state ${state} is served`, async () => {
      const answer = await askFor(host, {mac: macOf(index)});
      expect(dateless(answer)).to.eql(served(scriptOf(uuidOf(index))));
    });
  }
});
