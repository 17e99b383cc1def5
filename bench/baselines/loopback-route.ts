import {inject} from '@loopback/core';
import {get, param, RestApplication} from '@loopback/rest';
import {
  BootConfigBindings,
  BootConfigComponent,
  BootConfigService,
  BootTrace,
  ConductorComponent,
  withDeadline,
} from '../../src';
import {plainConfig} from '../support/plain-config';

/** A stock LoopBack route that calls the same service. */
class StockController {
  constructor(
    @inject(BootConfigBindings.SERVICE)
    private readonly service: BootConfigService,
  ) {}

  @get('/stock/{mac}/{name}')
  async find(
    @param.path.string('mac') mac: string,
    @param.path.string('name') name: string,
  ): Promise<string> {
    const {script} = await withDeadline(5000, deadline =>
      this.service.getBootConfig(
        {mac, name, sourceAllowed: true, trace: new BootTrace()},
        deadline,
      ),
    );
    return script.toString();
  }
}

/**
 * A LoopBack host that has the component mounted at `/v1/boot`, and the same
 * service behind a stock route at `/stock`.
 */
async function main(): Promise<void> {
  const app = new RestApplication({
    rest: {host: '127.0.0.1', port: Number(process.env.PORT)},
  });
  app.component(BootConfigComponent);
  app.component(ConductorComponent);
  app.configure(BootConfigBindings.COMPONENT).to(plainConfig());
  app.controller(StockController);
  await app.start();
}

void main();
