import {expect} from '@loopback/testlab';
import {BootConfigBindings, BootConfigComponent} from '../../../src';
import {
  askFor,
  expectNotFound,
  expectServed,
  givenHost,
  itKeepsTheContract,
  MAC,
  TestApplication,
  useHost,
} from '../support';

describe('Two applications side by side', () => {
  const first = useHost();
  const second = useHost({config: {api: {restrict_boot_config: false}}});

  describe('of which the first', () => itKeepsTheContract(first));

  it('have each its configuration, its conductor and its log', async () => {
    [first(), second()].forEach(app => {
      app.conductor.reset();
      app.logger.clear();
    });
    expectNotFound(await askFor(first(), {mac: MAC.active}));
    const answer = await askFor(second(), {mac: MAC.active});
    expect(answer.status).to.equal(200);
    expect(first().conductor.calls).to.be.empty();
    expect(second().conductor.calls).to.have.length(1);
    expect(first().logger.only.details.reason).to.equal('state_restricted');
    expect(second().logger.only.message).to.equal('served');
  });

  it('have each a component', async () => {
    const [a, b] = await Promise.all(
      [first(), second()].map(app => app.get(BootConfigBindings.COMPONENT)),
    );
    expect(a).to.be.instanceOf(BootConfigComponent);
    expect(a).not.to.equal(b);
  });
});

describe('Of two applications, when one is stopped', () => {
  const staying = useHost();
  let leaving: TestApplication;

  before(async () => {
    leaving = await givenHost();
    expectServed(await askFor(leaving));
    await leaving.stop();
  });

  it('the other goes on', async () => {
    expectServed(await askFor(staying()));
  });
});
