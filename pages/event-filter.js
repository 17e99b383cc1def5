/**
 * Whether an event is looked for.
 *
 * @param {{text: string, outcome: string, reason: string}} wanted - the text is
 *   a MAC address in any spelling or the beginning of one, or a part of the
 *   name or the UUID of a node
 */
export function eventFilter({text, outcome, reason}) {
  const words = text.trim().toLowerCase();
  const digits = words.replace(/[:.\-\s]/g, '');
  const isAddress = /^[0-9a-f]{1,12}$/.test(digits);
  return event =>
    (!outcome || event.outcome === outcome) &&
    (!reason || event.reason === reason) &&
    (!words ||
      (isAddress && digitsOf(event).startsWith(digits)) ||
      has(event.node, words) ||
      has(event.node_name, words) ||
      has(event.mac, words));
}

function digitsOf({address}) {
  return address ? address.replaceAll(':', '') : '';
}

function has(value, words) {
  return value !== undefined && value.toLowerCase().includes(words);
}
