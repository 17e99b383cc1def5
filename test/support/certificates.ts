import {execFile} from 'node:child_process';
import {promisify} from 'node:util';
import {TempDir} from './temp-dir';

const run = promisify(execFile);

/** Paths of a certificate and its key. */
export interface KeyPair {
  cert: string;
  key: string;
}

/** An authority of the test's own. */
export class Authority {
  private constructor(
    private readonly dir: TempDir,
    private readonly name: string,
  ) {}

  /** Path of its certificate. */
  get file(): string {
    return this.dir.join(`${this.name}.pem`);
  }

  static async create(dir: TempDir, name: string): Promise<Authority> {
    const authority = new Authority(dir, name);
    await openssl([
      ...['req', '-x509', ...FRESH_KEY, '-keyout', authority.key],
      ...['-out', authority.file, '-subj', `/CN=${name}`, '-days', '2'],
    ]);
    return authority;
  }

  /**
   * Signs a certificate.
   *
   * @param names - such as `IP:127.0.0.1` or `DNS:localhost`
   */
  async sign(file: string, ...names: string[]): Promise<KeyPair> {
    const cert = this.dir.join(`${file}.pem`);
    const key = this.dir.join(`${file}.key`);
    await openssl([
      ...['req', '-x509', ...FRESH_KEY, '-keyout', key, '-out', cert],
      ...['-CA', this.file, '-CAkey', this.key, '-subj', `/CN=${file}`],
      ...['-addext', `subjectAltName=${names.join()}`, '-days', '2'],
      ...['-addext', 'basicConstraints=critical,CA:FALSE'],
    ]);
    return {cert, key};
  }

  private get key(): string {
    return this.dir.join(`${this.name}.key`);
  }
}

const FRESH_KEY = [
  ...['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
];

async function openssl(args: string[]): Promise<void> {
  await run('openssl', args);
}
