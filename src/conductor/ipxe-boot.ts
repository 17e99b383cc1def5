import {join} from 'node:path';
import {BindingScope, inject, injectable} from '@loopback/core';
import {BootConfigOptions} from '../config';
import {BootConfigBindings} from '../keys';
import {Logger} from '../logger';
import {NotFound} from '../rpc';
import {asBootInterface, BootInterface} from './boot-interface';
import {KeptScripts} from './kept-scripts';
import {readFileInside, Refused} from './read-file-inside';
import {readSettled} from './read-settled';
import {Task} from './task';
import {isUuid} from './uuid';

/** The one configuration that the iPXE boot interfaces have. */
const BOOT_SCRIPT = 'boot.ipxe';

/**
 * The boot interfaces whose iPXE scripts Ironic writes below the conductor's
 * HTTP root: `boot.ipxe` is the file `<[deploy] http_root>/<node uuid>/config`.
 */
@injectable(asBootInterface, {scope: BindingScope.SINGLETON})
export class IPXEBoot extends BootInterface {
  readonly names = ['ipxe', 'http-ipxe', 'ilo-ipxe'];

  private readonly kept: KeptScripts;

  constructor(
    @inject(BootConfigBindings.OPTIONS)
    private readonly options: BootConfigOptions,
    @inject(BootConfigBindings.LOGGER)
    private readonly logger: Logger,
  ) {
    super();
    this.kept = new KeptScripts(options.deploy.http_root);
  }

  /** @throws NotFound */
  override async getBootConfig(
    {node, signal}: Task,
    name: string,
  ): Promise<string> {
    // The UUID becomes a part of a path, so it is not taken on trust.
    if (name !== BOOT_SCRIPT || !isUuid(node.uuid)) throw notFound(name);
    const file = join(node.uuid, 'config');
    try {
      return (await this.kept.find(file)) ?? (await this.read(file, signal));
    } catch (error) {
      const {http_root: root} = this.options.deploy;
      this.report(join(root, file), error as Error);
      throw notFound(name);
    }
  }

  private async read(file: string, signal: AbortSignal): Promise<string> {
    const {http_root: root} = this.options.deploy;
    const {max_script_size: maxSize} = this.options.boot_config;
    const settled = await readSettled(
      () => readFileInside(root, file, maxSize),
      signal,
    );
    const script = decodeUtf8(settled.bytes);
    await this.kept.keep(file, script, settled);
    return script;
  }

  /** A missing file is life; everything else somebody has to look at. */
  private report(path: string, error: Error & {code?: string}): void {
    const level = error.code === 'ENOENT' ? 'info' : 'error';
    this.logger[level]({path, code: error.code}, `no script: ${error.message}`);
  }
}

function notFound(name: string): NotFound {
  return new NotFound(`Configuration ${name} is not found`);
}

// A BOM is kept, so that the answer is the file byte for byte.
const utf8 = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true});

/** RPC carries text, so a file with other bytes can't be returned unchanged. */
function decodeUtf8(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new Refused('it is not UTF-8');
  }
}
