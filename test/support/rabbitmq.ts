import {freePort} from './ports';
import {TestProcess} from './process';
import {TempDir} from './temp-dir';

const HOST = '127.0.0.1';
// The wrapper on the path would change to a user of its own.
const SERVER = '/usr/lib/rabbitmq/bin/rabbitmq-server';
const READY_MS = 30000;

/**
 * A RabbitMQ server of the test's own on loopback, with the user `guest`. What
 * is durable survives `kill` and `restart`; `stop` removes everything.
 */
export class RabbitMq {
  private server?: TestProcess;
  private epmd!: TestProcess;

  private constructor(
    readonly port: number,
    private readonly distributionPort: number,
    private readonly epmdPort: number,
    private readonly dir: TempDir,
  ) {}

  static async start(): Promise<RabbitMq> {
    const rabbit = new RabbitMq(
      await freePort(HOST),
      await freePort(HOST),
      await freePort(HOST),
      await TempDir.create('rabbitmq-'),
    );
    try {
      await rabbit.dir.write('enabled_plugins', '[].');
      await rabbit.dir.write('env.conf', '');
      await rabbit.dir.write('rabbitmq.conf', '');
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
    return `rabbit://guest:guest@${HOST}:${this.port}/`;
  }

  /** Freezes the server: its connections stay open and nothing answers. */
  suspend(): void {
    this.server?.kill('SIGSTOP');
  }

  resume(): void {
    this.server?.kill('SIGCONT');
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

  private async launch(): Promise<void> {
    this.server = await TestProcess.start(SERVER, [], {
      cwd: this.dir.path,
      env: {
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
      },
    });
    await this.server.waitForLine(/Server startup complete/, {
      timeoutMs: READY_MS,
    });
  }
}
