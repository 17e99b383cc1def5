import {
  BootConfigConfig,
  IPXEBoot,
  Node,
  resolveOptions,
  Task,
} from '../../../../src';
import {RecordingLogger} from '../../../acceptance/support/recording-logger';

export const NODE = '1be26c0b-03f2-4d2e-ae87-c02d7f33c10d';

export interface GivenIPXEBoot {
  boot: IPXEBoot;
  logger: RecordingLogger;
  getBootConfig: (name?: string) => Promise<string>;
}

/** The iPXE boot interface on an HTTP root, for one node. */
export function givenIPXEBoot(
  root: string,
  uuid = NODE,
  own: BootConfigConfig['boot_config'] = {},
): GivenIPXEBoot {
  const logger = new RecordingLogger();
  const boot = new IPXEBoot(
    resolveOptions({deploy: {http_root: root}, boot_config: own}),
    logger,
  );
  const task = new Task(
    {},
    new Node({id: 1, uuid, driver: 'ipmi', bootInterface: 'ipxe'}),
    boot,
    async () => [],
    AbortSignal.timeout(10_000),
  );
  return {
    boot,
    logger,
    getBootConfig: async (name = 'boot.ipxe') => boot.getBootConfig(task, name),
  };
}
