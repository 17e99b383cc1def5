import {expect} from '@loopback/testlab';
import {BootConfigError, Conductor, isAlive} from '../../../src';
import {Backend, FilledStore} from './backends';
import {
  commonSample,
  conductorA,
  conductorB,
  HEARTBEAT,
  newConductor,
  tableSample,
} from './sample';

/**
 * What every ConductorRepository does.
 *
 * @param tables - whether it stands on tables with Ironic's columns, which have
 *   heartbeats, and is asked over a signal
 */
export function conductorRepositoryContract(
  backend: Backend,
  {tables}: {tables: boolean},
): void {
  const sample = tables ? tableSample : commonSample;
  let store: FilledStore;
  let found: Conductor[];

  before(async () => {
    store = await backend(sample);
  });
  after(async () => store?.stop());
  beforeEach(async () => {
    found = await store.conductors.findAll(new AbortController().signal);
  });

  function find({hostname}: {hostname: string}): Conductor {
    return found.find(conductor => conductor.hostname === hostname)!;
  }

  it('finds all conductors, those that are offline too, by id', () => {
    expect(found.map(({hostname}) => hostname)).to.eql(
      sample.conductors.map(({hostname}) => hostname),
    );
    const ids = found.map(({id}) => id);
    expect(ids).to.eql([...new Set(ids)].sort((a, b) => a - b));
  });

  it('finds the conductor group and whether it is online', () => {
    for (const {hostname, conductorGroup, online} of sample.conductors) {
      expect(find({hostname})).to.have.properties({conductorGroup, online});
    }
  });

  it('finds each hardware type once, and none where there is none', () => {
    for (const {hostname, hardwareTypes} of sample.conductors) {
      expect([...find({hostname}).hardwareTypes].sort()).to.eql(hardwareTypes);
    }
  });

  it('takes those for alive that are online and up to date', () => {
    const justAfter = HEARTBEAT.getTime() + 1000;
    expect(isAlive(find(conductorA), 60, justAfter)).to.be.true();
    expect(isAlive(find(conductorB), 0, justAfter)).to.be.false();
  });

  if (!tables) {
    it('needs no heartbeat', () => {
      expect(found.map(({heartbeatAt}) => heartbeatAt)).to.eql(
        found.map(() => undefined),
      );
    });
    return;
  }

  it('finds the time of the last heartbeat', () => {
    for (const {hostname, updatedAt} of commonSample.conductors) {
      expect(find({hostname}).heartbeatAt).to.eql(updatedAt);
    }
  });

  it('takes one for dead that never sent a heartbeat', () => {
    const now = Date.now();
    expect(isAlive(find(newConductor), 3600, now)).to.be.false();
    expect(isAlive(find(newConductor), 0, now)).to.be.true();
  });

  it('asks nothing when its signal has fired already', async () => {
    await expect(
      store.conductors.findAll(AbortSignal.abort()),
    ).to.be.rejectedWith(BootConfigError, {reason: 'database_unavailable'});
  });
}
