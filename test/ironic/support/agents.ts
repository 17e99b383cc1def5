import {startCommand} from '../../acceptance/system/support';
import {TestProcess} from '../../support/process';
import {IronicConductor} from './ironic';

/** Starts `ironic-boot-config conductor` beside an ironic-conductor. */
export async function startAgent(
  {confFile}: IronicConductor,
  ...args: string[]
): Promise<TestProcess> {
  const agent = await startCommand([
    'conductor',
    ...['--config-file', confFile],
    ...args,
  ]);
  try {
    await agent.waitForLine(/conductor listens/, {timeoutMs: 30_000});
    return agent;
  } catch (error) {
    // Nobody else could, and it would keep the tests from ending.
    agent.kill();
    throw error;
  }
}
