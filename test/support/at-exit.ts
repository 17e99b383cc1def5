const cleanUps = new Set<() => void>();

/**
 * Runs `cleanUp` when the test process ends before its tests tidied up: by
 * exit, by an uncaught error or by SIGINT, SIGTERM or SIGHUP. The latest
 * registered runs first. `cleanUp` has to be synchronous.
 * @returns a function that takes the registration back
 */
export function atExit(cleanUp: () => void): () => void {
  cleanUps.add(cleanUp);
  return () => cleanUps.delete(cleanUp);
}

function runAll() {
  for (const cleanUp of [...cleanUps].reverse()) {
    cleanUps.delete(cleanUp);
    try {
      cleanUp();
    } catch (error) {
      // The others have to run all the same.
      console.error(error);
    }
  }
}

process.on('exit', runAll);
// A signal's default action would end the process without an 'exit' event.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    runAll();
    process.kill(process.pid, signal);
  });
}
