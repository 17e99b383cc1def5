// What the list of steps says anyway.
const ELSEWHERE = new Set(['id', 'steps']);

/** Shows everything that is known of an event. */
export class EventDetails {
  #dialog;
  #fields;
  #steps;
  #event;

  /**
   * @param {HTMLDialogElement} dialog
   * @param {(event: object) => void} onHistory
   */
  constructor(dialog, onHistory) {
    this.#dialog = dialog;
    this.#fields = dialog.querySelector('#fields');
    this.#steps = dialog.querySelector('#steps');
    dialog
      .querySelector('#close')
      .addEventListener('click', () => dialog.close());
    dialog.querySelector('#history').addEventListener('click', () => {
      dialog.close();
      onHistory(this.#event);
    });
  }

  show(event) {
    this.#event = event;
    this.#fields.replaceChildren(
      ...Object.entries(event)
        .filter(([name]) => !ELSEWHERE.has(name))
        .flatMap(([name, value]) => [
          element('dt', name.replaceAll('_', ' ')),
          element('dd', String(value)),
        ]),
    );
    this.#steps.replaceChildren(
      ...event.steps.map(({name, conductor, at, ms, reason}) =>
        element(
          'li',
          `${conductor ? `conductor ${conductor}` : name}: ${ms} ms, from ${at} ms on${reason ? ` (${reason})` : ''}`,
        ),
      ),
    );
    this.#dialog.showModal();
  }
}

function element(name, text) {
  const node = document.createElement(name);
  node.textContent = text;
  return node;
}
