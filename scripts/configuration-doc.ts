import {Option, OPTIONS, Section} from '../src/config';
import {formatValue} from '../src/config/option-types';

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

\`ironic-boot-config config --sample\` writes them as a sample ironic.conf, \`--show\` tells their values and where each comes from, \`--check\` checks them and the files that they name.

Options are Ironic's, with Ironic's defaults, unless marked *ours*, as all in [boot_config] are. *Mutable* ones change at SIGHUP: see [operations.md](operations.md#change-options-without-a-restart).
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

function describe(name: string, option: Option<unknown>) {
  const {type, help, sampleDefault} = option;
  const value =
    option.default === undefined
      ? 'not set'
      : sampleDefault
        ? "the machine's host name"
        : `\`${formatValue(type, option.default)}\``;
  const marks = [
    ...(option.ours ? ['*Ours.*'] : []),
    ...(option.mutable ? ['*Mutable.*'] : []),
  ];
  return `- **\`${name}\`**: ${help}\n  ${[`Expected: ${type.expected}.`, `Default: ${value}.`, ...marks].join(' ')}`;
}
