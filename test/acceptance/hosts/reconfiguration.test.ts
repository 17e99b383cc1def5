import {expect} from '@loopback/testlab';
import {
  asReconfigurable,
  BootConfigBindings,
  BootConfigConfig,
  BootConfigOptions,
  ConfigurationError,
  Mutation,
  Reconfigurable,
  resolveOptions,
  TakeOver,
} from '../../../src';
import {
  askFor,
  expectNotFound,
  expectServed,
  givenHost,
  MAC,
  TestApplication,
} from '../support';

const OPEN = {api: {restrict_boot_config: false}};

describe('A host that changes options while it runs', () => {
  let host: TestApplication;

  beforeEach(async () => {
    host = await givenHost();
  });
  afterEach(async () => host.stop());

  it('serves by the new ones', async () => {
    expectNotFound(await askFor(host, {mac: MAC.active}));
    const {changed} = await reconfigure(OPEN);
    expect(changed.map(({option}) => option)).to.eql(['restrict_boot_config']);
    expect((await askFor(host, {mac: MAC.active})).status).to.equal(200);
    await reconfigure({});
    expectNotFound(await askFor(host, {mac: MAC.active}));
  });

  it('can use what it is configured with', async () => {
    const config = await configWith({boot_config: {enabled: 'no'}});
    host.configure(BootConfigBindings.COMPONENT).to(config);
    expectServed(await askFor(host));
    await (await service()).reconfigure();
    expectNotFound(await askFor(host));
  });

  it('has another deadline', async function () {
    // Less than that of before.
    this.timeout(4000);
    await reconfigure({boot_config: {request_timeout: 0.05}});
    host.conductor.behave(() => new Promise(() => {}));
    expectNotFound(await askFor(host));
  });

  it('is told what needs a restart', async () => {
    const {changed, needRestart} = await reconfigure({api: {port: 7000}});
    expect({changed, needRestart}).to.eql({
      changed: [],
      needRestart: ['[api] port'],
    });
    expect(await host.get(BootConfigBindings.option('api.port'))).to.equal(
      6385,
    );
  });

  it('keeps all where one option is bad', async () => {
    const bad = {...OPEN, boot_config: {retry_after: 0}};
    await expect(reconfigure(bad)).to.be.rejectedWith(ConfigurationError);
    expectNotFound(await askFor(host, {mac: MAC.active}));
  });

  it('keeps all where old options and new ones contradict', async () => {
    const pxe = {ipxe_use_boot_config_api: true};
    // Good by itself, but the address needs a restart.
    const config = {...OPEN, pxe, DEFAULT: {my_ip: '192.0.2.1'}};
    resolveOptions(config);
    await expect(reconfigure(config)).to.be.rejectedWith(
      /\[pxe\] ipxe_use_boot_config_api = True: expected a root URL/,
    );
    expectNotFound(await askFor(host, {mac: MAC.active}));
  });

  it('takes over one after the other', async () => {
    const reconfigurations = await Promise.all([
      reconfigure(OPEN),
      reconfigure({}),
      reconfigure({...OPEN, boot_config: {fallback: 'any'}}),
    ]);
    expect(reconfigurations.map(({changed}) => changed.length)).to.eql([
      1, 1, 2,
    ]);
    expect((await askFor(host, {mac: MAC.active})).status).to.equal(200);
  });

  describe('with a part of its own', () => {
    class Part implements Reconfigurable {
      readonly seen: boolean[] = [];
      refuses = false;

      async prepare({api}: BootConfigOptions): Promise<TakeOver> {
        if (this.refuses) {
          throw new ConfigurationError([
            {section: 'api', option: 'x', value: 1, expected: 'something else'},
          ]);
        }
        return () => {
          this.seen.push(api.restrict_boot_config);
        };
      }
    }

    let part: Part;

    beforeEach(() => {
      part = new Part();
      host.bind('part').to(part).apply(asReconfigurable);
    });

    it('has it take part', async () => {
      await reconfigure(OPEN);
      expect(part.seen).to.eql([false]);
    });

    it('can refuse', async () => {
      part.refuses = true;
      await expect(reconfigure(OPEN)).to.be.rejectedWith(/\[api\] x = 1/);
      expect(part.seen).to.be.empty();
      expectNotFound(await askFor(host, {mac: MAC.active}));
    });
  });

  function service() {
    return host.get(BootConfigBindings.RECONFIGURATION_SERVICE);
  }

  async function reconfigure(config: BootConfigConfig): Promise<Mutation> {
    return (await service()).reconfigure(await configWith(config));
  }

  /** The configuration of the host with more laid over it. */
  async function configWith(config: BootConfigConfig) {
    const configured = (await host.getConfig<BootConfigConfig>(
      BootConfigBindings.COMPONENT,
    ))!;
    return {
      ...configured,
      ...config,
      DEFAULT: {...configured.DEFAULT, ...config.DEFAULT},
    };
  }
});
