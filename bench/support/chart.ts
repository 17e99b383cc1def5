import {Report} from './results';

const BAR_HEIGHT = 22;
const ROW_HEIGHT = 34;
const LABEL_WIDTH = 300;
const BAR_WIDTH = 420;
const WIDTH = LABEL_WIDTH + BAR_WIDTH + 120;

/**
 * A bar for each contender's requests per second, on a logarithmic scale, with
 * a line from the lowest to the highest round. SVG.
 */
export function chart({machine, conditions, results}: Report): string {
  const highest = Math.max(...results.map(({spread: [, high]}) => high));
  const lowest = Math.min(...results.map(({spread: [low]}) => low)) / 2;
  const x = (rate: number) =>
    LABEL_WIDTH +
    (BAR_WIDTH * Math.log(rate / lowest)) / Math.log(highest / lowest);
  const rows = results.map(({name, rate, spread: [low, high]}, index) => {
    const top = 60 + index * ROW_HEIGHT;
    const middle = top + BAR_HEIGHT / 2;
    return `<text x="${LABEL_WIDTH - 8}" y="${middle + 4}" text-anchor="end">${escaped(name)}</text>
<rect x="${LABEL_WIDTH}" y="${top}" width="${(x(rate) - LABEL_WIDTH).toFixed(1)}" height="${BAR_HEIGHT}" fill="#4a7ebb"/>
<line x1="${x(low).toFixed(1)}" x2="${x(high).toFixed(1)}" y1="${middle}" y2="${middle}" stroke="#222" stroke-width="2"/>
<text x="${(x(high) + 8).toFixed(1)}" y="${middle + 4}">${rate.toFixed(0)}/s</text>`;
  });
  const height = 70 + results.length * ROW_HEIGHT;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="#fff"/>
<text x="8" y="20" font-size="14">Requests per second, logarithmic</text>
<text x="8" y="40" fill="#555">${escaped(`${machine}; ${conditions}`)}</text>
${rows.join('\n')}
</svg>
`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
