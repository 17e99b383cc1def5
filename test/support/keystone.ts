import {randomBytes} from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import {freePort} from './ports';
import {TestProcess} from './process';
import {projectRoot} from './project';
import {TempDir} from './temp-dir';

const HOST = '127.0.0.1';
// The one for which Debian's packages are.
const PYTHON = '/usr/bin/python3';
const SERVER = path.join(projectRoot, 'test/support/python/keystone.py');
const READY_MS = 60_000;

const DOMAIN = 'Default';
const ADMIN_PASSWORD = 'adm1n';

export interface User {
  id: string;
  name: string;
  password: string;
}

export interface ApplicationCredential {
  id: string;
  name: string;
  secret: string;
}

interface Answer {
  status: number;
  headers: Headers;
  body: Record<string, Record<string, string>>;
}

/**
 * A Keystone of the test's own on loopback, with a database in a file, the
 * project `service`, and the roles `admin`, `member`, `reader` and `service`.
 */
export class Keystone {
  private server!: TestProcess;
  private token?: string;
  private project!: string;
  private readonly roles = new Map<string, string>();

  private constructor(
    private readonly port: number,
    private readonly dir: TempDir,
  ) {}

  /** @param options.tokenLife - in seconds */
  static async start({tokenLife = 3600} = {}): Promise<Keystone> {
    const keystone = new Keystone(
      await freePort(HOST),
      await TempDir.create('keystone-'),
    );
    try {
      await keystone.launch(tokenLife);
      await keystone.fill();
    } catch (error) {
      await keystone.stop();
      throw error;
    }
    return keystone;
  }

  /** As `auth_url` in ironic.conf has it. */
  get url(): string {
    return `http://${HOST}:${this.port}`;
  }

  /** Adds a user with a role in the project `service`. */
  async addUser(name: string, role: string): Promise<User> {
    const password = `S3cret-${name}`;
    const {body} = await this.asAdmin('POST', '/users', {
      user: {name, password, domain_id: 'default'},
    });
    const {id} = body.user;
    await this.asAdmin(
      'PUT',
      `/projects/${this.project}/users/${id}/roles/${this.roles.get(role)}`,
    );
    return {id, name, password};
  }

  async addApplicationCredential(user: User): Promise<ApplicationCredential> {
    const token = await this.issue(user);
    const name = `credential-of-${user.name}`;
    const {body} = await this.ask(
      'POST',
      `/users/${user.id}/application_credentials`,
      {application_credential: {name}},
      token,
    );
    return body.application_credential as unknown as ApplicationCredential;
  }

  /** A token for the project `service`. */
  async issue({name, password}: Pick<User, 'name' | 'password'>) {
    return this.tokenFor(name, password, 'service');
  }

  /** A token for nothing. */
  async issueUnscoped({name, password}: User): Promise<string> {
    return this.tokenFor(name, password);
  }

  async revoke(token: string): Promise<void> {
    await this.asAdmin('DELETE', '/auth/tokens', undefined, token);
  }

  async isValid(token: string): Promise<boolean> {
    const answer = await this.ask(
      'GET',
      '/auth/tokens',
      undefined,
      token,
      token,
    );
    return answer.status === 200;
  }

  /** Options of a section for a user who authenticates by password. */
  login({name, password}: Pick<User, 'name' | 'password'>) {
    return {
      auth_type: 'password' as const,
      auth_url: this.url,
      username: name,
      password,
      user_domain_name: DOMAIN,
      project_name: 'service',
      project_domain_name: DOMAIN,
    };
  }

  async stop(): Promise<void> {
    this.server?.kill('SIGKILL');
    await this.server?.exited;
    await this.dir.remove();
  }

  private async launch(tokenLife: number): Promise<void> {
    for (const keys of ['fernet', 'credential']) {
      for (const name of ['0', '1']) {
        const key = randomBytes(32).toString('base64');
        await this.dir.write(
          `${keys}/${name}`,
          key.replaceAll('+', '-').replaceAll('/', '_'),
        );
      }
      // It takes no keys from a directory that others may read.
      await fs.promises.chmod(this.dir.join(keys), 0o700);
    }
    await this.dir.write(
      'keystone.conf',
      [
        '[database]',
        `connection = sqlite:///${this.dir.join('keystone.db')}`,
        '[token]',
        `expiration = ${tokenLife}`,
        // Else each answer takes a second of a processor.
        '[cache]',
        'enabled = True',
        'backend = dogpile.cache.memory',
        '[fernet_tokens]',
        `key_repository = ${this.dir.join('fernet')}`,
        '[credential]',
        `key_repository = ${this.dir.join('credential')}`,
        '[identity]',
        'password_hash_rounds = 4',
      ].join('\n'),
    );
    this.server = await TestProcess.start(
      PYTHON,
      [SERVER, this.dir.path, String(this.port), ADMIN_PASSWORD],
      {env: {PYTHONDONTWRITEBYTECODE: '1'}},
    );
    await this.server.waitForLine(/^ready$/, {timeoutMs: READY_MS});
  }

  private async fill(): Promise<void> {
    const {body} = await this.asAdmin('POST', '/projects', {
      project: {name: 'service', domain_id: 'default'},
    });
    this.project = body.project.id;
    await this.asAdmin('POST', '/roles', {role: {name: 'service'}});
    const roles = (await this.asAdmin('GET', '/roles')).body;
    for (const {id, name} of roles.roles as unknown as User[]) {
      this.roles.set(name, id);
    }
  }

  private async asAdmin(
    method: string,
    resource: string,
    body?: object,
    subject?: string,
  ): Promise<Answer> {
    const admin = async () => this.tokenFor('admin', ADMIN_PASSWORD, 'admin');
    this.token ??= await admin();
    let answer = await this.ask(method, resource, body, this.token, subject);
    if (answer.status === 401) {
      this.token = await admin();
      answer = await this.ask(method, resource, body, this.token, subject);
    }
    if (answer.status >= 300) {
      throw new Error(`${method} ${resource}: ${JSON.stringify(answer.body)}`);
    }
    return answer;
  }

  private async tokenFor(
    name: string,
    password: string,
    project?: string,
  ): Promise<string> {
    const domain = {name: DOMAIN};
    const {headers} = await this.ask('POST', '/auth/tokens', {
      auth: {
        identity: {
          methods: ['password'],
          password: {user: {name, password, domain}},
        },
        ...(project && {scope: {project: {name: project, domain}}}),
      },
    });
    return headers.get('x-subject-token')!;
  }

  private async ask(
    method: string,
    resource: string,
    body?: object,
    token?: string,
    subject?: string,
  ): Promise<Answer> {
    const response = await fetch(`${this.url}/v3${resource}`, {
      method,
      headers: {
        'content-type': 'application/json',
        ...(token && {'x-auth-token': token}),
        ...(subject && {'x-subject-token': subject}),
      },
      body: body && JSON.stringify(body),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: (text ? JSON.parse(text) : {}) as Answer['body'],
    };
  }
}
