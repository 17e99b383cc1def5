import {writeFileSync} from 'node:fs';
import {parseArgs} from 'node:util';
import {Fleet} from './fleet';
import {plotOf} from './plot';
import {Report, reportOf, textOf} from './report';
import {runStorm} from './storm';

const HELP = `Usage: npm run bench:storm -- [OPTIONS]

Switches on machines as iPXE and the root script have them boot, and says what
they got. Everything runs on this machine, the machines included.

  --nodes N        machines (default: 20000)
  --nics N         NICs of each, the last of which Ironic knows (default: 4)
  --seconds N      within which all come (default: 60)
  --conductors N   (default: 5)
  --instances N    of the API (default: 1)
  --changes        kill a conductor, and add one, in the middle
  --shortest       shorten the storm until a machine is lost or walks again
  --seed N         of the order and times (default: 1)
  --plot FILE      write a plot in SVG
  --json FILE      write the figures
  -h, --help       show this text`;

/** A storm is shortened by this factor until it is too short. */
const STEP = 0.8;

async function main(): Promise<void> {
  const {values: flags} = parseArgs({
    options: {
      nodes: {type: 'string', default: '20000'},
      nics: {type: 'string', default: '4'},
      seconds: {type: 'string', default: '60'},
      conductors: {type: 'string', default: '5'},
      instances: {type: 'string', default: '1'},
      changes: {type: 'boolean', default: false},
      shortest: {type: 'boolean', default: false},
      seed: {type: 'string', default: '1'},
      plot: {type: 'string'},
      json: {type: 'string'},
      help: {type: 'boolean', short: 'h'},
    },
  });
  if (flags.help) return console.log(HELP);

  console.log('Enrolling the machines ...');
  const fleet = await Fleet.create({
    nodes: Number(flags.nodes),
    nics: Number(flags.nics),
    conductors: Number(flags.conductors),
    instances: Number(flags.instances),
  });
  try {
    let seconds = Number(flags.seconds);
    for (;;) {
      const title = `${flags.nodes} machines with ${flags.nics} NICs within ${seconds.toFixed(1)} s`;
      console.log(`\n${title}`);
      const {changes} = flags;
      const seed = Number(flags.seed);
      const storm = await runStorm(fleet, {seconds, changes, seed});
      const report = reportOf(fleet, storm);
      console.log(textOf(report));
      const good = isGood(report);
      if (!good) process.exitCode = flags.shortest ? 0 : 1;
      if (flags.plot) writeFileSync(flags.plot, plotOf(storm.entries, title));
      if (flags.json) writeFileSync(flags.json, jsonOf(seconds, report));
      if (!flags.shortest || !good || report.walkedAgain > 0) return;
      seconds *= STEP;
    }
  } finally {
    await fleet.remove();
  }
}

/** Nothing wrong, and nobody without a script that was there. */
function isGood({outcomes, missed}: Report): boolean {
  return outcomes.wrong === 0 && missed.length === 0;
}

function jsonOf(seconds: number, report: Report): string {
  return `${JSON.stringify({seconds, ...report}, null, 2)}\n`;
}

void main();
