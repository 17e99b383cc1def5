import {removeStaleDrafts} from '../conductor/drafts';
import {finishedRootScript} from '../conductor/root-script-template';
import {writeIfChanged} from '../conductor/write-if-changed';
import {resolveOptions} from '../config';
import {Command} from './command';

export const bootScript: Command = {
  name: 'boot-script',
  summary: 'render the root script boot.ipxe',
  help: `Writes the finished root script to standard output. An unmodified Ironic takes
it as its [pxe] ipxe_boot_script:

  ironic-boot-config boot-script --config-file /etc/ironic/ironic.conf \\
    --output /etc/ironic/boot.ipxe

  --output FILE       write it into FILE, if it differs, with [pxe]
                      file_permission`,
  flags: {output: {type: 'string'}},

  async run(config, {output}) {
    const options = resolveOptions(config);
    const script = await finishedRootScript(options, {isOutput: true});
    if (typeof output === 'string') {
      await writeIfChanged(output, script, options.pxe.file_permission);
      await removeStaleDrafts(output);
    } else {
      process.stdout.write(script);
    }
  },
};
