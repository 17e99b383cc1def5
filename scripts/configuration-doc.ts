import {Option, OPTIONS, Section} from '../src/config';

const HEAD = `# Options

Generated from the table in \`src/config/options.ts\` (\`npm run docs\`).

All are read from ironic.conf, from \`OS_<GROUP>__<OPTION>\` environment variables, and from the configuration of a LoopBack application, in this form:

\`\`\`ts
app.configure(BootConfigBindings.COMPONENT).to({
  database: {connection: 'mysql+pymysql://ironic:PASSWORD@127.0.0.1/ironic'},
  DEFAULT: {rpc_transport: 'json-rpc'},
});
\`\`\`

Each can be injected: \`@inject(BootConfigBindings.option('api.restrict_boot_config'))\`. Other options of Ironic's are ignored.
`;

/** docs/configuration.md, made from the option table. */
export function configurationDocument(): string {
  const sections = (Object.keys(OPTIONS) as Section[]).map(section => {
    const options = Object.entries(
      OPTIONS[section] as Record<string, Option<unknown>>,
    ).map(([name, option]) => describe(name, option));
    return `\n## [${section}]\n\n${options.join('\n')}\n`;
  });
  return HEAD + sections.join('');
}

function describe(name: string, {type, help, ...option}: Option<unknown>) {
  const isHostName = name === 'host';
  const value =
    option.default === undefined
      ? 'not set'
      : isHostName
        ? "the machine's host name"
        : `\`${format(name, option.default)}\``;
  return `- **\`${name}\`**: ${help}\n  Expected: ${type.expected}. Default: ${value}.`;
}

function format(name: string, value: unknown): string {
  if (name.endsWith('permission')) return `0o${(value as number).toString(8)}`;
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return String(value);
}
