import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {text} from 'node:stream/consumers';

/** What one run of wrk measured. */
export interface Load {
  requestsPerSecond: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
  longest: number;
  /** Answers with a status of 400 and above. */
  refused: number;
  /** Connections that failed, and requests that got no answer. */
  lost: number;
}

/**
 * Loads a server with GET requests for random paths.
 *
 * @param script - for wrk, in Lua
 */
export async function wrk(
  url: string,
  {
    connections,
    seconds,
    script,
  }: {connections: number; seconds: number; script: string},
): Promise<Load> {
  const child = spawn(
    'wrk',
    [
      '-t1',
      `-c${connections}`,
      `-d${seconds}s`,
      '--latency',
      '-s',
      script,
      url,
    ],
    {stdio: ['ignore', 'pipe', 'inherit']},
  );
  const [output] = await Promise.all([
    text(child.stdout),
    once(child, 'close'),
  ]);
  return {
    requestsPerSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(output)?.[1]),
    p50: milliseconds(/^ +50% +(\S+)/m.exec(output)?.[1]),
    p99: milliseconds(/^ +99% +(\S+)/m.exec(output)?.[1]),
    longest: milliseconds(/Latency +\S+ +\S+ +(\S+)/.exec(output)?.[1]),
    refused: Number(/Non-2xx or 3xx responses: (\d+)/.exec(output)?.[1] ?? 0),
    lost: [
      ...(/Socket errors: (.*)/.exec(output)?.[1].matchAll(/\d+/g) ?? []),
    ].reduce((sum, [count]) => sum + Number(count), 0),
  };
}

const UNITS: Record<string, number> = {us: 0.001, ms: 1, s: 1000};

function milliseconds(figure = ''): number {
  const [, number, unit] = /^([\d.]+)(\w+)$/.exec(figure) ?? [];
  return Number(number) * UNITS[unit];
}
