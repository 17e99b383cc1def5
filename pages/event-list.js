const ROW_HEIGHT = 28;

// Above and below what is seen, for quick scrolling.
const SPARE_ROWS = 8;

/**
 * A grid of any number of events, of which only those in sight are elements.
 * Arrow keys move, Enter opens.
 */
export class EventList {
  #grid;
  #rows;
  #head;
  #onOpen;
  #events = [];
  #drawn = new Map();
  #selected;
  #isDue = false;

  /**
   * @param {HTMLElement} grid - with a head and a row group
   * @param {(event: object) => void} onOpen
   */
  constructor(grid, onOpen) {
    this.#grid = grid;
    this.#head = grid.querySelector('.head');
    this.#rows = grid.querySelector('[role=rowgroup]');
    this.#onOpen = onOpen;
    grid.addEventListener('scroll', () => this.#draw(), {passive: true});
    grid.addEventListener('keydown', key => this.#onKey(key));
    this.#rows.addEventListener('click', click => this.#onClick(click));
    new ResizeObserver(() => this.#draw()).observe(grid);
  }

  /**
   * Shows events, the latest first.
   *
   * @param {number} added - how many of them are new at the top: who has
   *   scrolled down goes on to see what they saw
   */
  show(events, added = 0) {
    this.#events = events;
    this.#rows.style.height = `${events.length * ROW_HEIGHT}px`;
    this.#grid.setAttribute('aria-rowcount', events.length + 1);
    if (added && this.#grid.scrollTop > 0) {
      this.#grid.scrollTop += added * ROW_HEIGHT;
    }
    this.#draw();
  }

  #draw() {
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(() => {
      this.#isDue = false;
      this.#drawNow();
    });
  }

  #drawNow() {
    const {scrollTop, clientHeight} = this.#grid;
    const first = Math.max(0, Math.floor(scrollTop / ROW_HEIGHT) - SPARE_ROWS);
    const count = Math.ceil(clientHeight / ROW_HEIGHT) + 2 * SPARE_ROWS;
    const inSight = new Map();
    this.#events.slice(first, first + count).forEach((event, index) => {
      const row = this.#drawn.get(event.id) ?? this.#rowOf(event);
      this.#drawn.delete(event.id);
      inSight.set(event.id, row);
      row.style.transform = `translateY(${(first + index) * ROW_HEIGHT}px)`;
      // The head is the first one.
      row.setAttribute('aria-rowindex', first + index + 2);
      row.setAttribute('aria-selected', event.id === this.#selected);
      if (!row.isConnected) this.#rows.append(row);
    });
    for (const row of this.#drawn.values()) row.remove();
    this.#drawn = inSight;
    if (inSight.has(this.#selected)) {
      this.#grid.setAttribute(
        'aria-activedescendant',
        `event-${this.#selected}`,
      );
    } else {
      this.#grid.removeAttribute('aria-activedescendant');
    }
  }

  #rowOf(event) {
    const row = document.createElement('div');
    row.setAttribute('role', 'row');
    row.id = `event-${event.id}`;
    row.dataset.id = event.id;
    const by = event.conductor ?? lastAsked(event);
    row.append(
      cell(timeOf(event)),
      cell(event.address ?? event.mac ?? '–'),
      cell(event.node_name ?? event.node ?? '–'),
      cell(event.reason ?? event.outcome, event.outcome),
      cell(by ? by + (event.owner === false ? ' (not the owner)' : '') : '–'),
      cell(event.ms.toFixed(1), 'number'),
      cell(event.source ?? '–'),
    );
    return row;
  }

  #onClick({target}) {
    const row = target.closest('[role=row]');
    if (!row) return;
    this.#select(
      this.#events.findIndex(event => `${event.id}` === row.dataset.id),
    );
    this.#open();
  }

  #onKey(key) {
    const page = Math.floor(this.#grid.clientHeight / ROW_HEIGHT) - 1;
    const last = this.#events.length - 1;
    const now = this.#events.findIndex(event => event.id === this.#selected);
    const places = {
      ArrowDown: now + 1,
      ArrowUp: now - 1,
      PageDown: now + page,
      PageUp: now - page,
      Home: 0,
      End: last,
    };
    if (key.key === 'Enter') this.#open();
    else if (Object.hasOwn(places, key.key) && last >= 0) {
      this.#select(Math.min(last, Math.max(0, places[key.key])));
    } else return;
    key.preventDefault();
  }

  #select(place) {
    this.#selected = this.#events[place].id;
    const top = place * ROW_HEIGHT;
    const inSight =
      this.#grid.clientHeight - this.#head.offsetHeight - ROW_HEIGHT;
    if (top < this.#grid.scrollTop) this.#grid.scrollTop = top;
    else if (top > this.#grid.scrollTop + inSight) {
      this.#grid.scrollTop = top - inSight;
    }
    this.#draw();
  }

  #open() {
    const event = this.#events.find(({id}) => id === this.#selected);
    if (event) this.#onOpen(event);
  }
}

function cell(text, className = '') {
  const element = document.createElement('span');
  element.setAttribute('role', 'gridcell');
  // As text: firmware wrote some of it.
  element.textContent = text;
  element.title = text;
  element.className = className;
  return element;
}

function timeOf({time}) {
  return new Date(time).toLocaleTimeString(undefined, {hour12: false});
}

function lastAsked({steps}) {
  return steps.findLast(({conductor}) => conductor)?.conductor;
}
