import {BootConfigError} from '../../boot-config-error';

/**
 * A query's result, or `database_unavailable` when it fails or the signal fires
 * first. LoopBack's repositories have no way to end a query, so it goes on.
 */
export async function bounded<T>(
  query: Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  let giveUp: () => void;
  const aborted = new Promise<never>((_resolve, reject) => {
    giveUp = () => reject(new Error('the database did not answer in time'));
    if (signal.aborted) giveUp();
    signal.addEventListener('abort', giveUp, {once: true});
  });
  try {
    return await Promise.race([query, aborted]);
  } catch (error) {
    throw new BootConfigError(
      'database_unavailable',
      `Ironic's database: ${(error as Error).message}`,
      {cause: error},
    );
  } finally {
    signal.removeEventListener('abort', giveUp!);
  }
}
