import {RabbitMq} from '../support/rabbitmq';
import {describeBesideIronic} from './support/beside-ironic.suite';

describe('Beside an unmodified Ironic, over RabbitMQ', function () {
  this.timeout(240_000);

  let broker: RabbitMq;

  before(async () => {
    broker = await RabbitMq.start();
  });

  describeBesideIronic(
    async () => ({
      rpc: {DEFAULT: {rpc_transport: 'oslo', transport_url: broker.url}},
      agents: {conductor_topic: 'ironic.boot_config'},
    }),
    /UnsupportedVersion: .*beside it.*conductor_topic/,
  );

  after(() => broker?.stop());
});
