import {execFile} from 'node:child_process';
import {promisify} from 'node:util';
import {KeyPair} from './certificates';
import {freePort} from './ports';
import {TestProcess} from './process';
import {TempDir} from './temp-dir';

const run = promisify(execFile);

const HOST = '127.0.0.1';
// The wrappers on the path would change to a user of their own.
const PROGRAMS = '/usr/lib/rabbitmq/bin';
const READY_MS = 30000;

export interface RabbitMqOptions {
  /** Makes it listen for TLS as well. */
  tls?: BrokerTls;
  /** What it has besides `guest` and the virtual host `/`. */
  tenant?: Tenant;
}

export interface BrokerTls extends KeyPair {
  /** File of the authority that clients' certificates have to be signed by. */
  authority: string;
  /** Whether clients have to show one. */
  wantsCertificate?: boolean;
  /** Default: what the server takes by itself. */
  version?: 'tlsv1.2' | 'tlsv1.3';
}

/** A virtual host and the one user that may use it. */
export interface Tenant {
  virtualHost: string;
  user: string;
  password: string;
}

/**
 * A RabbitMQ server of the test's own on loopback, with the user `guest`. What
 * is durable survives `kill` and `restart`; `stop` removes everything.
 */
export class RabbitMq {
  private server?: TestProcess;
  private epmd!: TestProcess;

  private constructor(
    readonly port: number,
    /** Where it listens for TLS, if it does. */
    readonly tlsPort: number,
    private readonly distributionPort: number,
    private readonly epmdPort: number,
    private readonly dir: TempDir,
  ) {}

  static async start(options: RabbitMqOptions = {}): Promise<RabbitMq> {
    const rabbit = new RabbitMq(
      await freePort(HOST),
      await freePort(HOST),
      await freePort(HOST),
      await freePort(HOST),
      await TempDir.create('rabbitmq-'),
    );
    try {
      await rabbit.configure(options);
      // One that the server starts itself would stay behind.
      rabbit.epmd = await TestProcess.start('epmd', [
        ...['-address', HOST],
        ...['-port', String(rabbit.epmdPort)],
      ]);
      await rabbit.launch();
    } catch (error) {
      await rabbit.stop();
      throw error;
    }
    return rabbit;
  }

  /** As `[DEFAULT] transport_url` in ironic.conf has it. */
  get url(): string {
    return this.urlAt(this.port);
  }

  /** The same through another port, which leads to that of the server. */
  urlAt(port: number): string {
    return `rabbit://guest:guest@${HOST}:${port}/`;
  }

  /** Freezes the server: its connections stay open and nothing answers. */
  suspend(): void {
    this.server?.kill('SIGSTOP');
  }

  resume(): void {
    this.server?.kill('SIGCONT');
  }

  /** Has no memory for messages: it takes none until it has. */
  async runOutOfMemory(): Promise<void> {
    await this.control('set_vm_memory_high_watermark', '0');
  }

  async haveMemory(): Promise<void> {
    await this.control('set_vm_memory_high_watermark', '0.4');
  }

  /** Makes one that `guest` may use. @returns the URL that leads there */
  async addVirtualHost(name: string): Promise<string> {
    await this.control('add_vhost', name);
    const all = ['.*', '.*', '.*'];
    await this.control('set_permissions', '-p', name, 'guest', ...all);
    return this.url + encodeURIComponent(name);
  }

  /** Names of the queues of the virtual host `/`. */
  async queues(): Promise<string[]> {
    const names = await this.control('-q', '-s', 'list_queues', 'name');
    return names.split('\n').filter(Boolean);
  }

  async deleteQueue(name: string): Promise<void> {
    await this.control('delete_queue', name);
  }

  /** Runs `rabbitmqctl`. @returns what it prints */
  async control(...args: string[]): Promise<string> {
    const {stdout} = await run(`${PROGRAMS}/rabbitmqctl`, args, {
      cwd: this.dir.path,
      env: {...process.env, ...this.env},
    });
    return stdout;
  }

  /** Ends the server at once and leaves its data for `restart`. */
  async kill(): Promise<void> {
    this.server?.kill('SIGKILL');
    await this.server?.exited;
  }

  /** Starts the server anew, on its port and with its data. */
  async restart(): Promise<void> {
    await this.kill();
    await this.launch();
  }

  async stop(): Promise<void> {
    await this.kill();
    // Undefined if it could not be started at all.
    this.epmd?.kill('SIGKILL');
    await this.epmd?.exited;
    await this.dir.remove();
  }

  private async configure({tls, tenant}: RabbitMqOptions): Promise<void> {
    const conf = {
      ...(tls && tlsConf(tls, this.tlsPort)),
      ...(tenant && {load_definitions: this.dir.join('definitions.json')}),
    };
    const lines = Object.entries(conf).map(
      ([name, value]) => `${name} = ${value}\n`,
    );
    await this.dir.write('enabled_plugins', '[].');
    await this.dir.write('env.conf', '');
    await this.dir.write('rabbitmq.conf', lines.join(''));
    if (tenant) {
      await this.dir.write(
        'definitions.json',
        JSON.stringify(definitions(tenant)),
      );
    }
  }

  private async launch(): Promise<void> {
    this.server = await TestProcess.start(`${PROGRAMS}/rabbitmq-server`, [], {
      cwd: this.dir.path,
      env: this.env,
    });
    await this.server.waitForLine(/Server startup complete/, {
      timeoutMs: READY_MS,
    });
  }

  private get env(): NodeJS.ProcessEnv {
    return {
      // Its cookie is kept there.
      HOME: this.dir.path,
      ERL_EPMD_PORT: String(this.epmdPort),
      ERL_EPMD_ADDRESS: HOST,
      // Makes the server take the place of the script that starts it.
      RUNNING_UNDER_SYSTEMD: 'true',
      RABBITMQ_NODENAME: `test-${this.port}@localhost`,
      RABBITMQ_NODE_IP_ADDRESS: HOST,
      RABBITMQ_NODE_PORT: String(this.port),
      RABBITMQ_DIST_PORT: String(this.distributionPort),
      RABBITMQ_CONF_ENV_FILE: this.dir.join('env.conf'),
      RABBITMQ_CONFIG_FILE: this.dir.join('rabbitmq.conf'),
      RABBITMQ_ADVANCED_CONFIG_FILE: this.dir.join('advanced.config'),
      RABBITMQ_ENABLED_PLUGINS_FILE: this.dir.join('enabled_plugins'),
      RABBITMQ_PLUGINS_EXPAND_DIR: this.dir.join('plugins'),
      RABBITMQ_MNESIA_BASE: this.dir.join('mnesia'),
      RABBITMQ_LOG_BASE: this.dir.join('log'),
      RABBITMQ_LOGS: '-',
      RABBITMQ_PID_FILE: this.dir.join('pid'),
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS:
        '+S 1:1 -kernel inet_dist_use_interface {127,0,0,1}',
    };
  }
}

function tlsConf(tls: BrokerTls, port: number): Record<string, unknown> {
  return {
    'listeners.ssl.default': `${HOST}:${port}`,
    'ssl_options.cacertfile': tls.authority,
    'ssl_options.certfile': tls.cert,
    'ssl_options.keyfile': tls.key,
    'ssl_options.verify': 'verify_peer',
    'ssl_options.fail_if_no_peer_cert': tls.wantsCertificate ?? false,
    ...(tls.version && {'ssl_options.versions.1': tls.version}),
  };
}

function definitions({virtualHost: vhost, user, password}: Tenant): object {
  const all = '.*';
  return {
    // With these, it makes neither of its own.
    vhosts: [{name: '/'}, {name: vhost}],
    users: [
      {name: 'guest', password: 'guest', tags: 'administrator'},
      {name: user, password, tags: ''},
    ],
    permissions: [
      {user: 'guest', vhost: '/', configure: all, write: all, read: all},
      {user, vhost, configure: all, write: all, read: all},
    ],
  };
}
