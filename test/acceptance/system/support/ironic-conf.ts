/** Sections of an ironic.conf. */
export type Sections = Record<string, Record<string, string | number>>;

/** The text of an ironic.conf; of several values the last one counts. */
export function ironicConf(...layers: Sections[]): string {
  const merged: Sections = {};
  for (const layer of layers) {
    for (const [section, options] of Object.entries(layer)) {
      merged[section] = {...merged[section], ...options};
    }
  }
  return Object.entries(merged)
    .map(([section, options]) => {
      const lines = Object.entries(options).map(
        ([name, value]) => `${name} = ${value}\n`,
      );
      return `[${section}]\n${lines.join('')}`;
    })
    .join('\n');
}
