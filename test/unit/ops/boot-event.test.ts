import {expect} from '@loopback/testlab';
import {
  BootConfigError,
  BootTrace,
  Node,
  refusedEvent,
  servedEvent,
} from '../../../src';

const SCRIPT = Buffer.from('#!ipxe\necho the words of a script\n');
const ASKED = {
  method: 'GET',
  mac: '52-54-00-AB-CD-EF',
  name: 'boot.ipxe',
  source: '192.0.2.17',
  userAgent: 'iPXE/1.21.1+ (g4bd0)',
};
const NODE = new Node({
  id: 13,
  uuid: '1be26c0b-03f2-4d2e-ae87-c02d7f33c10d',
  name: 'rack-1',
  provisionState: 'clean wait',
});
const FAILURE = new BootConfigError('node_not_found', 'nobody');

describe('The event of a request', () => {
  it('tells who got what from whom', () => {
    const trace = new BootTrace();
    trace.node = NODE;
    expect(
      servedEvent(trace, ASKED, {
        script: SCRIPT,
        node: NODE,
        conductor: 'conductor-a',
        isOwner: false,
        owner: 'conductor-b',
        ownerFailure: 'config_not_found',
      }),
    ).to.containDeep({
      request_id: trace.requestId,
      method: 'GET',
      mac: '52-54-00-AB-CD-EF',
      address: '52:54:00:ab:cd:ef',
      name: 'boot.ipxe',
      node: NODE.uuid,
      node_name: 'rack-1',
      provision_state: 'clean wait',
      outcome: 'served',
      conductor: 'conductor-a',
      owner: false,
      ring_owner: 'conductor-b',
      owner_failure: 'config_not_found',
      size: SCRIPT.length,
      // As sha256sum(1) has it.
      sha256:
        'a9675fd821aeb30fde84199ca9b6bc1101dce4e8d79ec25bac12e477e09febb1',
      source: '192.0.2.17',
      ipxe_version: '1.21.1+',
    });
  });

  it('never holds a script', () => {
    const event = servedEvent(new BootTrace(), ASKED, {
      script: SCRIPT,
      node: NODE,
      conductor: 'conductor-a',
      isOwner: true,
      owner: 'conductor-a',
    });
    expect(JSON.stringify(event)).to.not.match(/words of a script/);
  });

  it('tells a script that was led to, and what is to be seen to', () => {
    const config = {
      script: SCRIPT,
      node: NODE,
      conductor: 'conductor-a',
      isOwner: true,
      owner: 'conductor-a',
    };
    const location = 'http://192.0.2.1/config';
    expect(
      servedEvent(new BootTrace(), ASKED, config, {location}),
    ).to.containDeep({outcome: 'redirected', message: 'redirected', location});
    expect(
      servedEvent(new BootTrace(), ASKED, config, {remark: 'no URL'}),
    ).to.containDeep({outcome: 'served', message: 'served: no URL'});
  });

  it('has the time that a step took, and why it failed', async () => {
    const trace = new BootTrace();
    await trace.step('database', Promise.resolve());
    await trace
      .step('rpc', Promise.reject(new BootConfigError('no_conductor', '')), 'a')
      .catch(() => {});
    const {steps} = refusedEvent(trace, ASKED, FAILURE);
    expect(steps).to.containDeep([
      {name: 'database'},
      {name: 'rpc', conductor: 'a', reason: 'no_conductor'},
    ]);
    for (const {at, ms} of steps) {
      expect(at).to.be.aboveOrEqual(0);
      expect(ms).to.be.aboveOrEqual(0);
    }
  });

  it('has the time so far of a step that goes on', () => {
    const trace = new BootTrace();
    void trace.step('rpc', new Promise(() => {}), 'a');
    const [step] = refusedEvent(trace, ASKED, FAILURE).steps;
    expect(step.ms).to.be.aboveOrEqual(0);
  });

  it('has a larger id than the one before', () => {
    const [a, b] = [1, 2].map(() =>
      refusedEvent(new BootTrace(), ASKED, FAILURE),
    );
    expect(b.id).to.be.above(a.id);
    expect(Number.isSafeInteger(b.id)).to.be.true();
  });

  it('takes up little memory, whatever a client sends', () => {
    const long = 'x'.repeat(8000);
    const event = refusedEvent(
      new BootTrace(),
      {method: 'GET', mac: long, name: long, source: long, userAgent: long},
      FAILURE,
    );
    expect(JSON.stringify(event).length).to.be.below(1500);
  });

  it('calls the state that Ironic stores as null by its name', () => {
    const trace = new BootTrace();
    trace.node = new Node({...NODE, provisionState: null});
    const event = refusedEvent(trace, ASKED, FAILURE);
    expect(event.provision_state).to.equal('available');
  });
});
