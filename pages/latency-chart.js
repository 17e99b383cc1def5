const WIDTH = 600;
const HEIGHT = 90;
const BOTTOM = 14;
const SPAN_MS = 15 * 60_000;
const BUCKETS = 60;

/**
 * Draws the median and the slowest answers of the last 15 minutes, on a
 * logarithmic scale.
 *
 * @param {SVGElement} svg
 * @param {object[]} events - the latest first
 * @param {number} now - milliseconds
 */
export function drawLatency(svg, events, now) {
  const buckets = bucketsOf(events, now);
  const all = buckets.flat();
  const largest = Math.max(10, ...buckets.map(times => at(times, 1) ?? 0));
  const x = place => ((place + 0.5) / BUCKETS) * WIDTH;
  const y = ms =>
    (HEIGHT - BOTTOM) * (1 - Math.log10(1 + ms) / Math.log10(1 + largest)) + 1;
  const line = (className, share) => {
    const points = buckets
      .map((times, place) => [x(place), at(times, share)])
      .filter(([, ms]) => ms !== undefined)
      .map(([left, ms]) => `${left.toFixed(1)},${y(ms).toFixed(1)}`);
    // One point alone would not be seen.
    if (points.length === 1)
      points.push(points[0].replace(/^[\d.]+/, n => +n + 3));
    return element('polyline', {class: className, points: points.join(' ')});
  };
  const summary = all.length
    ? `median ${show(at(all.sort(up), 0.5))}, slowest ${show(at(all, 1))}, ${all.length} requests`
    : 'no requests';
  svg.setAttribute('aria-label', `Time to the answer: ${summary}`);
  svg.replaceChildren(
    line('slowest', 1),
    line('median', 0.5),
    text({x: 0, y: HEIGHT - 2}, summary),
    text({x: WIDTH, y: 10, 'text-anchor': 'end'}, show(largest)),
  );
}

/** Times of the answers in each part of the span, sorted. */
function bucketsOf(events, now) {
  const buckets = Array.from({length: BUCKETS}, () => []);
  for (const {time, ms} of events) {
    const age = now - Date.parse(time);
    if (age >= SPAN_MS) break;
    const place =
      BUCKETS - 1 - Math.floor((Math.max(0, age) / SPAN_MS) * BUCKETS);
    buckets[place].push(ms);
  }
  for (const times of buckets) times.sort(up);
  return buckets;
}

function at(sorted, share) {
  return sorted[Math.ceil(share * sorted.length) - 1];
}

function up(a, b) {
  return a - b;
}

function show(ms) {
  return ms < 1000
    ? `${ms.toFixed(ms < 10 ? 1 : 0)} ms`
    : `${(ms / 1000).toFixed(1)} s`;
}

function text(attributes, words) {
  const node = element('text', attributes);
  node.textContent = words;
  return node;
}

function element(name, attributes) {
  const node = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) {
    node.setAttribute(key, value);
  }
  return node;
}
