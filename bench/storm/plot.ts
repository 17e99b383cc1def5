import {Entry} from './storm';

const WIDTH = 960;
const HEIGHT = 320;
const MARGIN = {top: 40, right: 60, bottom: 40, left: 70};

/** One line of a plot, a value a second. */
interface Line {
  label: string;
  colour: string;
  values: number[];
  unit: string;
}

/** A plot in SVG: requests a second, and how long they took, over the storm. */
export function plotOf(entries: Entry[], title: string): string {
  const seconds = Math.ceil(Math.max(...entries.map(({at}) => at)) / 1000) + 1;
  const latencies = Array.from({length: seconds}, (): number[] => []);
  for (const entry of entries) {
    latencies[Math.floor(entry.at / 1000)].push(...entry.latencies);
  }
  const p99 = (values: number[]) =>
    values.sort((a, b) => a - b)[Math.ceil(values.length * 0.99) - 1] ?? 0;
  const lines: Line[] = [
    {
      label: 'requests a second',
      colour: '#4477aa',
      values: latencies.map(values => values.length),
      unit: '',
    },
    {
      label: '99th percentile',
      colour: '#ee6677',
      values: latencies.map(p99),
      unit: ' ms',
    },
  ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    `<text x="${MARGIN.left}" y="20" font-size="14">${title}</text>`,
    ...timeAxis(seconds),
    ...lines.flatMap((line, index) => drawn(line, index === 0, seconds)),
    '</svg>\n',
  ].join('\n');
}

function drawn(line: Line, left: boolean, seconds: number): string[] {
  const {label, colour, values, unit} = line;
  const top = Math.max(...values, 1);
  const x = (second: number) =>
    MARGIN.left + (second / (seconds - 1 || 1)) * innerWidth();
  const y = (value: number) =>
    HEIGHT - MARGIN.bottom - (value / top) * innerHeight();
  const points = values.map(
    (value, second) => `${x(second).toFixed(1)},${y(value).toFixed(1)}`,
  );
  const edge = left ? MARGIN.left - 6 : WIDTH - MARGIN.right + 6;
  const anchor = left ? 'end' : 'start';
  const key = left ? MARGIN.left : MARGIN.left + 160;
  return [
    `<polyline fill="none" stroke="${colour}" stroke-width="1.5" points="${points.join(' ')}"/>`,
    `<text x="${edge}" y="${MARGIN.top + 4}" fill="${colour}" text-anchor="${anchor}">${top.toFixed(0)}${unit}</text>`,
    `<text x="${edge}" y="${HEIGHT - MARGIN.bottom}" fill="${colour}" text-anchor="${anchor}">0</text>`,
    `<text x="${key}" y="${MARGIN.top - 6}" fill="${colour}">${label}</text>`,
  ];
}

function timeAxis(seconds: number): string[] {
  const y = HEIGHT - MARGIN.bottom;
  return [
    `<line x1="${MARGIN.left}" y1="${y}" x2="${WIDTH - MARGIN.right}" y2="${y}" stroke="#888888"/>`,
    `<text x="${MARGIN.left}" y="${y + 20}">0 s</text>`,
    `<text x="${WIDTH - MARGIN.right}" y="${y + 20}" text-anchor="end">${seconds - 1} s</text>`,
  ];
}

function innerWidth(): number {
  return WIDTH - MARGIN.left - MARGIN.right;
}

function innerHeight(): number {
  return HEIGHT - MARGIN.top - MARGIN.bottom;
}
