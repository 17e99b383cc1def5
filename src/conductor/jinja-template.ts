/**
 * A finished script as a template of Jinja's that renders to itself: Ironic
 * renders whatever `[pxe] ipxe_boot_script` names, and Jinja drops a newline at
 * the end and turns those of Windows into its own.
 *
 * @throws Error when Jinja would take a part of it for a tag
 */
export function jinjaTemplateOf(script: string): string {
  const tag = /\{[{%#]/.exec(script);
  if (tag) {
    throw new Error(
      `what it renders to has "${tag[0]}" in it, which Ironic would take for a tag of Jinja's`,
    );
  }
  return script.replace(/\r\n?/g, '\n').replace(/\n+$/, '');
}
