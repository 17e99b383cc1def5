import {EventDetails} from './event-details.js';
import {eventFilter} from './event-filter.js';
import {EventList} from './event-list.js';
import {drawLatency} from './latency-chart.js';

const MOST_EVENTS = 10_000;
const PAGE = 1000;
const COUNTERS_MS = 5000;
const CHART_MS = 2000;

const byId = id => document.getElementById(id);
const form = byId('search');

/** The latest first. */
let events = [];
let shown = [];
/** Came while the page is paused. */
let waiting = [];
let paused = false;
let frame;
let filter = () => true;

const list = new EventList(byId('events'), event => details.show(event));
const details = new EventDetails(byId('details'), event => {
  form.elements.text.value = event.node ?? event.address ?? event.mac ?? '';
  form.elements.outcome.value = form.elements.reason.value = '';
  applyFilter();
  byId('events').focus();
});

/** Everything that is kept, a page at a time, so that the first is soon there. */
async function load() {
  let next = `events?limit=${PAGE}`;
  while (next && events.length < MOST_EVENTS) {
    const response = await fetch(next);
    if (!response.ok) throw new Error(`${next}: ${response.status}`);
    const page = await response.json();
    for (const event of page.events) addReason(event);
    events = events.concat(page.events);
    next = page.next;
    refresh();
  }
}

function follow() {
  const stream = new EventSource(
    `events/stream?last_event_id=${events[0]?.id ?? 0}`,
  );
  stream.onopen = () => say('');
  stream.onerror = () => say('The connection is lost; it is tried again.');
  stream.onmessage = ({data}) => {
    const event = JSON.parse(data);
    addReason(event);
    waiting.push(event);
    if (!paused) takeIn();
  };
  stream.addEventListener('lost', ({data}) =>
    say(`${JSON.parse(data).events} requests were too many for this page.`),
  );
}

/** Takes in what came, once a frame however much it is. */
function takeIn() {
  frame ??= requestAnimationFrame(() => {
    frame = undefined;
    const newest = waiting.reverse();
    waiting = [];
    events = newest.concat(events).slice(0, MOST_EVENTS);
    refresh(newest.filter(filter).length);
  });
}

function refresh(added = 0) {
  shown = events.filter(filter);
  list.show(shown, added);
  byId('events').dataset.count = shown.length;
}

function applyFilter() {
  const wanted = Object.fromEntries(new FormData(form));
  filter = eventFilter(wanted);
  byId('events').scrollTop = 0;
  refresh();
  byId('count').textContent = `${shown.length} of ${events.length} requests`;
  // So that a search can be passed on.
  const query = new URLSearchParams(
    Object.entries(wanted).filter(([, value]) => value),
  ).toString();
  history.replaceState(null, '', query ? `?${query}` : location.pathname);
}

function restoreFilter() {
  for (const [name, value] of new URLSearchParams(location.search)) {
    if (name === 'reason') addReason({reason: value});
    if (form.elements[name]) form.elements[name].value = value;
  }
}

const reasons = new Set();

function addReason({reason}) {
  if (!reason || reasons.has(reason)) return;
  reasons.add(reason);
  form.elements.reason.append(new Option(reason, reason));
}

async function count() {
  try {
    const [metrics, ready] = await Promise.all([
      fetch('metrics').then(response => response.text()),
      fetch('ready').then(response => response.json()),
    ]);
    const sum = series =>
      metrics
        .split('\n')
        .filter(line => line.startsWith(series))
        .reduce((total, line) => total + Number(line.split(' ').pop()), 0);
    const requests = 'boot_config_requests_total{outcome=';
    const served = sum(`${requests}"served"`) + sum(`${requests}"redirected"`);
    byId('served').textContent = served.toLocaleString();
    byId('refused').textContent = sum(`${requests}"refused"`).toLocaleString();
    byId('in-flight').textContent = sum('boot_config_requests_in_flight ');
    const live = ready.conductors.filter(conductor => conductor.live).length;
    byId('conductors').textContent = `${live} of ${ready.conductors.length}`;
    const down = ready.checks.filter(({state}) => state !== 'UP');
    byId('state').textContent = down.length
      ? `not ready: ${down.map(({name}) => name).join(', ')}`
      : 'ready';
    byId('state').className = down.length ? 'refused' : 'served';
  } catch {
    byId('state').textContent = 'not reachable';
    byId('state').className = 'refused';
  }
}

function say(words) {
  byId('notice').textContent = words;
}

function chart() {
  drawLatency(byId('latency'), events, Date.now());
}

form.addEventListener('input', applyFilter);
form.addEventListener('submit', submit => submit.preventDefault());
byId('pause').addEventListener('click', () => {
  paused = !paused;
  byId('pause').setAttribute('aria-pressed', paused);
  if (!paused) takeIn();
});

restoreFilter();
void count();
setInterval(() => void count(), COUNTERS_MS);
try {
  await load();
} catch (error) {
  say(`The requests so far can not be shown: ${error.message}`);
}
applyFilter();
chart();
setInterval(chart, CHART_MS);
follow();
