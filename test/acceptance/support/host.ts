import {RestApplication} from '@loopback/rest';
import {givenHttpServerConfig} from '@loopback/testlab';
import {
  BootConfigBindings,
  BootConfigComponent,
  BootConfigConfig,
} from '../../../src';
import {RecordingLogger} from './recording-logger';
import {CONDUCTOR, givenStore} from './sample-store';
import {StubConductor} from './stub-conductor';

/** Something that listens and answers for the component. */
export interface Host {
  readonly port: number;
  readonly conductor: StubConductor;
  readonly logger: RecordingLogger;
  /** What stands before `/v1/boot`; nothing by default. */
  readonly prefix?: string;
}

/**
 * An application that mounts the component, with sample nodes and a conductor
 * in the test process.
 */
export class TestApplication extends RestApplication implements Host {
  readonly conductor = new StubConductor();
  readonly logger = new RecordingLogger();

  constructor(rest: object = {}) {
    super({rest: givenHttpServerConfig(rest)});
    this.bind(BootConfigBindings.LOGGER).to(this.logger);
    this.bind(BootConfigBindings.CONDUCTOR).to(this.conductor);
  }

  get port(): number {
    return Number(new URL(this.restServer.rootUrl!).port);
  }
}

/** A configuration that serves the sample store, with `config` laid over it. */
export async function sampleConfig(
  config: BootConfigConfig = {},
): Promise<BootConfigConfig> {
  return {
    ...config,
    DEFAULT: {host: CONDUCTOR, rpc_transport: 'none', ...config.DEFAULT},
    database: {connection: await givenStore(), ...config.database},
  };
}

export interface HostOptions {
  /** Options of the component. */
  config?: BootConfigConfig;
  /** `rest` of the application's configuration. */
  rest?: object;
  /** What the host does before it mounts the component. */
  before?: (app: TestApplication) => void;
  /** What the host does after it mounted the component. */
  after?: (app: TestApplication) => void;
}

/** An application that mounts the component, not yet started. */
export async function givenApplication({
  config,
  rest,
  before,
  after,
}: HostOptions = {}): Promise<TestApplication> {
  const app = new TestApplication(rest);
  app.configure(BootConfigBindings.COMPONENT).to(await sampleConfig(config));
  before?.(app);
  app.component(BootConfigComponent);
  after?.(app);
  return app;
}

/** The same, started. Without `rest.listenOnStart: false` it listens. */
export async function givenHost(
  options?: HostOptions,
): Promise<TestApplication> {
  const app = await givenApplication(options);
  await app.start();
  return app;
}

/**
 * A host that runs for the tests of a `describe`.
 *
 * @returns a function that tells it, to be called in hooks and tests
 */
export function useHost(options?: HostOptions): () => TestApplication {
  let host: TestApplication | undefined;
  before(async () => {
    host = await givenHost(options);
  });
  after(async () => host?.stop());
  return () => host!;
}
