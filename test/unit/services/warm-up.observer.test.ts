import {expect, sinon} from '@loopback/testlab';
import {
  BootConfigConfig,
  BootConfigError,
  Conductor,
  HashRingManager,
  Logger,
  NodeRepository,
  resolveOptions,
  WarmUpObserver,
} from '../../../src';
import {eventually} from '../../support/eventually';

const DOWN = new BootConfigError('database_unavailable', 'down');
const CONDUCTOR = {hostname: 'conductor-a'} as Conductor;

describe('WarmUpObserver', () => {
  let liveConductors: sinon.SinonStub<[], Promise<readonly Conductor[]>>;
  let countInterfaces: NodeRepository['countInterfaces'];
  let log: string[];
  let observer: WarmUpObserver;

  beforeEach(() => {
    liveConductors = sinon.stub();
    liveConductors.resolves([CONDUCTOR]);
    countInterfaces = async () => [];
    log = [];
    observer = givenObserver({});
  });
  afterEach(() => observer.stop());

  function givenObserver(config: BootConfigConfig): WarmUpObserver {
    const record = (level: string) => (details: object, message: string) => {
      log.push(`${level} ${message} ${JSON.stringify(details)}`);
    };
    const logger: Logger = {
      debug: record('debug'),
      info: record('info'),
      warn: record('warn'),
      error: record('error'),
    };
    return new WarmUpObserver(
      resolveOptions(config),
      {liveConductors} as unknown as HashRingManager,
      {countInterfaces} as unknown as NodeRepository,
      logger,
    );
  }

  it('builds the ring and tells that it is ready, with whom', async () => {
    observer.start();
    await eventually('it told', () => log.length === 1);
    expect(log).to.eql(['info ready to serve {"conductors":["conductor-a"]}']);
  });

  it('tells when there is nobody to ask', async () => {
    liveConductors.resolves([]);
    observer.start();
    await eventually('it told', () => log.length === 1);
    expect(log.join()).to.match(/^warn no live conductor is registered/);
  });

  it('warns of nodes that the gate will not serve', async () => {
    observer = givenObserver({deploy: {fast_track: true}});
    observer.start();
    await eventually('it told both', () => log.length === 2);
    expect(log[1]).to.match(/^warn \[deploy\] fast_track /);
  });

  it('does without the interfaces of nodes where nobody counts them', async () => {
    countInterfaces = undefined;
    observer = givenObserver({deploy: {fast_track: true}});
    observer.start();
    await eventually('it told both', () => log.length === 2);
  });

  it('tries again while the database is away', async () => {
    liveConductors.onFirstCall().rejects(DOWN);
    observer.start();
    await eventually('it is ready', () => log.length === 2);
    expect(log).to.eql([
      'warn not ready to serve: down {"retry_ms":500}',
      'info ready to serve {"conductors":["conductor-a"]}',
    ]);
  });

  it('is silent where the branch is switched off', () => {
    observer = givenObserver({boot_config: {enabled: false}});
    observer.start();
    sinon.assert.notCalled(liveConductors);
  });

  it('does not keep a stop waiting for what hangs', async () => {
    let answer: (conductors: Conductor[]) => void;
    liveConductors.returns(new Promise(resolve => (answer = resolve)));
    observer.start();
    observer.stop();
    answer!([CONDUCTOR]);
    await new Promise(resolve => setImmediate(resolve));
    expect(log).to.eql([]);
  });

  it('tries no more once it is stopped', async () => {
    liveConductors.rejects(DOWN);
    observer.start();
    await eventually('it failed once', () => log.length === 1);
    observer.stop();
    sinon.assert.calledOnce(liveConductors);
  });
});
