import {expect} from '@loopback/testlab';
import {
  BootInterface,
  Node,
  Task,
  UnsupportedBoot,
  UnsupportedDriverExtension,
} from '../../../src';

class BootWithoutConfigs extends BootInterface {
  readonly names = ['pxe'];
}

describe('BootInterface', () => {
  for (const boot of [new BootWithoutConfigs(), new UnsupportedBoot()]) {
    it(`has no configuration unless one is given, ${boot.constructor.name}`, async () => {
      await expect(
        boot.getBootConfig(taskOf(boot, 'ipmi'), 'boot.ipxe'),
      ).to.be.rejectedWith(UnsupportedDriverExtension, {
        name: 'UnsupportedDriverExtension',
        code: 400,
        message:
          'Driver ipmi does not support get_boot_config (disabled or not implemented).',
      });
    });
  }

  it('says so of a node without a driver too', async () => {
    const boot = new BootWithoutConfigs();
    await expect(
      boot.getBootConfig(taskOf(boot, null), 'boot.ipxe'),
    ).to.be.rejectedWith(UnsupportedDriverExtension, {
      message: /^Driver unknown does not support get_boot_config/,
    });
  });
});

function taskOf(boot: BootInterface, driver: string | null): Task {
  const node = new Node({id: 1, uuid: 'u', driver});
  return new Task({}, node, boot, async () => [], new AbortController().signal);
}
