// Loads nothing, so that it stands before the process is all there.

type Action = () => Promise<void>;

let action: Action | undefined;
let wanted = false;
let busy = false;

/**
 * From now on SIGHUP does not end the process. One that comes before somebody
 * listens is kept for then.
 */
export function heedHangups(): void {
  process.on('SIGHUP', () => {
    wanted = true;
    void act();
  });
}

/**
 * Does something at each SIGHUP: one after the other, and once for all that
 * came meanwhile.
 *
 * @param whatToDo - never fails
 */
export function onHangup(whatToDo: Action): void {
  action = whatToDo;
  void act();
}

async function act(): Promise<void> {
  if (busy || !action) return;
  busy = true;
  while (wanted) {
    wanted = false;
    await action();
  }
  busy = false;
}
