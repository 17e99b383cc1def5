import {readdir, readFile, readlink} from 'node:fs/promises';
import {eventually} from '../../support/eventually';

const MEGABYTE = 1024 * 1024;

/** What a process holds of the system. */
export interface Footprint {
  /** Open files, sockets among them. */
  handles: number;
  sockets: number;
  /** Memory in use, in bytes. */
  resident: number;
}

/** As /proc tells. */
export async function footprintOf(pid: number): Promise<Footprint> {
  const directory = `/proc/${pid}/fd`;
  const handles = await readdir(directory);
  const targets = await Promise.all(
    handles.map(handle => readlink(`${directory}/${handle}`).catch(() => '')),
  );
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return {
    handles: targets.filter(Boolean).length,
    sockets: targets.filter(target => target.startsWith('socket:')).length,
    resident: Number(/^VmRSS:\s*(\d+) kB/m.exec(status)![1]) * 1024,
  };
}

/** Connections to the database that are kept: `[database] max_pool_size`. */
export const DATABASE_POOL = 5;

/** Connections to each conductor that an API keeps. */
const CONDUCTOR_POOL = 32;

/** Connections that an API keeps for its next requests. */
export function poolsOf(conductors: number): number {
  return DATABASE_POOL + CONDUCTOR_POOL * conductors;
}

// What a garbage collector leaves for later, by measurement.
const RESIDENT_TOLERANCE = 128 * MEGABYTE;

// Connections that somebody makes just now.
const HANDLE_TOLERANCE = 3;

/**
 * Waits until a process holds no more than it may.
 *
 * @param idle - what it held before it did anything, but for the memory, which
 *   is that after some work
 * @param pools - connections that it may keep
 */
export async function untilFootprintIsBack(
  pid: number,
  idle: Footprint,
  pools: number,
): Promise<void> {
  let now = idle;
  const more = pools + HANDLE_TOLERANCE;
  const isBack = async () => {
    now = await footprintOf(pid);
    return (
      now.handles <= idle.handles + more &&
      now.sockets <= idle.sockets + more &&
      now.resident <= idle.resident + RESIDENT_TOLERANCE
    );
  };
  await eventually('the footprint is as before', isBack).catch(() => {
    throw new Error(
      `the process holds ${JSON.stringify(now)}, at first ${JSON.stringify(idle)} without its ${pools} pooled connections`,
    );
  });
}
