import {expect} from '@loopback/testlab';
import {
  Deployment,
  request,
  served,
  Wire,
} from '../../acceptance/system/support';
import {eventually} from '../../support/eventually';
import {RogueCall, RogueConductor} from '../support';

const SCRIPT = '#!ipxe\necho served\nboot\n';

// Longer than most programs give their last requests.
const CONDUCTOR_MS = 12_000;

describe('serve, told to stop while a conductor takes its time', function () {
  this.timeout(60_000);

  let deployment: Deployment;
  let conductor: RogueConductor;

  before(async () => {
    deployment = await Deployment.create();
    conductor = await RogueConductor.start(SCRIPT);
    await deployment.register({hostname: conductor.hostname});
    await deployment.addNode({macs: ['52:54:00:00:00:01']});
  });
  after(async () => {
    await deployment?.remove();
    await conductor?.stop();
  });

  it('waits for as long as [boot_config] request_timeout says', async () => {
    const api = await deployment.startApi({boot_config: {request_timeout: 30}});
    let call: RogueCall | undefined;
    conductor.misbehave(one => {
      call = one;
      setTimeout(() => conductor.answer(one), CONDUCTOR_MS);
    });
    const wire = await Wire.open(api.port);
    wire.send(request('/v1/boot/52:54:00:00:00:01/boot.ipxe'));
    await eventually('the conductor has the call', () => call !== undefined);
    api.process.kill('SIGTERM');
    expect(await wire.answer()).to.equal(
      served(SCRIPT, 'Connection: close\r\n'),
    );
    expect(await api.process.exited).to.eql({code: 0, signal: null});
  });
});
