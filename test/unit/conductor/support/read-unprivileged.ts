import {givenIPXEBoot} from './given-ipxe-boot';

// Asks for a script below an HTTP root, not as the superuser, whom no
// permission stops, and prints what came of it.

/** What the program prints, as JSON. */
export interface Outcome {
  error?: string;
  records: object[];
}

const NOBODY = 65534;

async function main(root: string): Promise<void> {
  if (process.getuid?.() === 0) {
    process.setgroups?.([]);
    process.setgid?.(NOBODY);
    process.setuid?.(NOBODY);
  }
  const {logger, getBootConfig} = givenIPXEBoot(root);
  const outcome: Outcome = {records: logger.records};
  await getBootConfig().catch((error: Error) => {
    outcome.error = `${error.name}: ${error.message}`;
  });
  console.log(JSON.stringify(outcome));
}

void main(process.argv[2]);
