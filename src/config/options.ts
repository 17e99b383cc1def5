import {hostname} from 'node:os';
import {maskDatabaseUrl} from './database-url';
import {
  boolean,
  choice,
  choiceOfAnyCase,
  databaseUrl,
  fileMode,
  hostAddress,
  httpUrl,
  integer,
  ipAddress,
  list,
  network,
  OptionType,
  port,
  positive,
  redirectUrl,
  seconds,
  text,
} from './option-types';
import {maskTransportUrl} from './transport-url';

/**
 * One option: the single place that its type, its default and its description
 * come from.
 */
export interface Option<T, D extends T | undefined = T | undefined> {
  readonly type: OptionType<T>;
  /** The value when nothing is configured; `undefined`: not set. */
  readonly default: D;
  readonly help: string;
  /** Never printed. */
  readonly secret?: boolean;
  /** What may be printed of a secret value that is good. */
  readonly masked?: (value: string) => string;
  /**
   * May change while the application runs. Of Ironic's options, those that
   * Ironic changes at SIGHUP, too.
   */
  readonly mutable?: boolean;
  /** Not an option of Ironic's, though in a section of its. */
  readonly ours?: boolean;
  /** What a sample shows, where the default depends on the machine. */
  readonly sampleDefault?: string;
}

type Extra = Pick<
  Option<unknown>,
  'secret' | 'masked' | 'mutable' | 'ours' | 'sampleDefault'
>;

function option<T>(
  type: OptionType<T>,
  value: T,
  help: string,
  extra?: Extra,
): Option<T, T>;
function option<T>(
  type: OptionType<T>,
  value: undefined,
  help: string,
  extra?: Extra,
): Option<T, undefined>;
function option<T>(
  type: OptionType<T>,
  value: T | undefined,
  help: string,
  extra: Extra = {},
): Option<T> {
  return {type, default: value, help, ...extra};
}

/** The values of keystoneauth's auth_type that are supported. */
export const KEYSTONE_AUTH_TYPES = [
  'password',
  'v3password',
  'v3applicationcredential',
] as const;

/** What `[json_rpc] auth_type` may be. */
export const RPC_AUTH_TYPES = `one of ${['none', 'http_basic', ...KEYSTONE_AUTH_TYPES].join(', ')}`;

/**
 * How a service shows Keystone who it is; keystoneauth's options.
 *
 * @param who - the service, for the help
 */
function keystoneLogin(who: string) {
  return {
    application_credential_id: option(
      text('the ID of an application credential'),
      undefined,
      `Application credential of ${who} when auth_type is v3applicationcredential.`,
    ),
    application_credential_name: option(
      text('the name of an application credential'),
      undefined,
      'Name of the application credential where its ID is not set; user_id, or username and the domain of the user, go with it.',
    ),
    application_credential_secret: option(
      text('the secret of an application credential'),
      undefined,
      'Secret of the application credential.',
      {secret: true},
    ),
    auth_section: option(
      text('the name of a section'),
      undefined,
      'Section of ironic.conf that the login to Keystone (auth_type, auth_url, user, password, application credential, project and so on) is read from in place of this one. Not for the configuration of a LoopBack application.',
    ),
    auth_url: option(
      httpUrl(),
      undefined,
      'URL of Keystone, with /v3 at its end or without.',
    ),
    default_domain_id: option(
      text('the ID of a domain'),
      undefined,
      'With auth_type = password, user_domain_id and project_domain_id where they are not set.',
    ),
    default_domain_name: option(
      text('the name of a domain'),
      undefined,
      'With auth_type = password, user_domain_name and project_domain_name where they are not set.',
    ),
    domain_id: option(
      text('the ID of a domain'),
      undefined,
      'Domain that the token is for, where it is for none of its projects.',
    ),
    domain_name: option(
      text('the name of a domain'),
      undefined,
      'Name of that domain where its ID is not set.',
    ),
    project_domain_id: option(
      text('the ID of a domain'),
      undefined,
      'Domain of the project.',
    ),
    project_domain_name: option(
      text('the name of a domain'),
      undefined,
      'Name of the domain of the project where its ID is not set.',
    ),
    project_id: option(
      text('the ID of a project'),
      undefined,
      'Project that the token is for.',
    ),
    project_name: option(
      text('the name of a project'),
      undefined,
      'Name of the project where its ID is not set.',
    ),
    system_scope: option(
      choice('all'),
      undefined,
      'Whether the token is for the system, where it is for no project or domain.',
    ),
    user_domain_id: option(
      text('the ID of a domain'),
      undefined,
      'Domain of the user.',
    ),
    user_domain_name: option(
      text('the name of a domain'),
      undefined,
      'Name of the domain of the user where its ID is not set.',
    ),
    user_id: option(
      text('the ID of a user'),
      undefined,
      'User in Keystone, in place of username and its domain.',
    ),
  };
}

/** The options that `auth_section` moves to another section. */
export const LOGIN_OPTIONS: ReadonlySet<string> = new Set(
  [
    'auth_type',
    'password',
    'username',
    ...Object.keys(keystoneLogin('')),
  ].filter(name => name !== 'auth_section'),
);

/**
 * Every option that is read, by section and name as in ironic.conf. All but
 * `[boot_config]` are Ironic's own and keep Ironic's defaults; where a default
 * differs, the help says so.
 */
export const OPTIONS = {
  DEFAULT: {
    host: option(
      text('the name of this conductor'),
      hostname(),
      'Name of this conductor, as in the conductors table: the same as that of the ironic-conductor beside it. With JSON-RPC also the address that the API calls; may carry a port (name:port, [::1]:8089).',
      {sampleDefault: 'localhost'},
    ),
    my_ip: option(
      ipAddress(),
      undefined,
      'IP address of this host. Unlike in Ironic it is not guessed when it is not set.',
    ),
    rpc_response_timeout: option(
      positive('seconds'),
      60,
      'With rpc_transport = oslo, seconds after which a call of a conductor is given up, if [boot_config] request_timeout does not end it before.',
    ),
    rpc_transport: option(
      text('the name of an RPC transport'),
      'oslo',
      'How the API calls conductors: oslo (RabbitMQ, as oslo.messaging uses it), json-rpc (HTTP), or none (a conductor in the same process).',
    ),
    transport_url: option(
      text('a URL such as rabbit://USER:PASSWORD@HOST:5672/'),
      'rabbit://',
      'With rpc_transport = oslo, where RabbitMQ is, as oslo.messaging has it: several hosts separated by commas are tried in turn, USER:PASSWORD before each; the virtual host follows the first slash.',
      {secret: true, masked: maskTransportUrl},
    ),
    control_exchange: option(
      text('the name of an exchange'),
      'ironic',
      "Topic exchange over which conductors are called. Ironic's default.",
    ),
    hash_partition_exponent: option(
      integer(0, 16),
      5,
      'Exponent of the number of hash ring partitions per conductor. Must be equal on all hosts.',
    ),
    hash_ring_reset_interval: option(
      integer(0),
      15,
      'Seconds for which the hash ring is cached.',
    ),
    hash_ring_algorithm: option(
      choice(
        'md5',
        'sha1',
        'sha224',
        'sha256',
        'sha384',
        'sha512',
        'sha3_224',
        'sha3_256',
        'sha3_384',
        'sha3_512',
        'blake2b',
        'blake2s',
      ),
      'md5',
      'Hash algorithm of the ring. Must be equal on all hosts.',
    ),
    auth_strategy: option(
      choice('noauth', 'keystone', 'http_basic'),
      undefined,
      "Authentication of Ironic's services; read where [json_rpc] auth_strategy is not set.",
    ),
    debug: option(
      boolean(),
      false,
      'Log what every request did, step by step.',
      {mutable: true},
    ),
  },
  api: {
    host_ip: option(
      hostAddress(),
      '0.0.0.0',
      'Address on which the API listens for firmware.',
    ),
    port: option(port(0), 6385, 'Port on which the API listens for firmware.'),
    public_endpoint: option(
      httpUrl(),
      undefined,
      'Public URL of the API; links in the root script start with it unless [pxe] ipxe_config_api_root_url is set.',
      {mutable: true},
    ),
    restrict_boot_config: option(
      boolean(),
      true,
      'Serve scripts only to nodes in a wait state (wait call-back, clean wait, inspect wait, rescue wait, service wait). With fast-track, or with ACTIVE nodes that boot from the network, set it to False.',
      {ours: true, mutable: true},
    ),
  },
  conductor: {
    heartbeat_timeout: option(
      integer(0),
      60,
      'Seconds after its last heartbeat for which a conductor counts as alive; 0 ignores heartbeats.',
      {mutable: true},
    ),
  },
  database: {
    connection: option(
      databaseUrl(),
      undefined,
      "Ironic's database, or memory:FILE.json for the embedded store. Not needed where the application binds datasources.ironic.",
      {secret: true, masked: maskDatabaseUrl},
    ),
    max_pool_size: option(
      integer(1, 1000),
      5,
      'Connections to the database that are kept at most.',
    ),
  },
  deploy: {
    fast_track: option(
      boolean(),
      false,
      'Whether Ironic keeps ramdisks running between operations; a warning is logged when [api] restrict_boot_config is on with it.',
      {mutable: true},
    ),
    http_root: option(
      text('a directory'),
      '/httpboot',
      "Root of the conductor's HTTP server, in which Ironic writes each node's files.",
    ),
  },
  json_rpc: {
    allowed_roles: option(
      list(text('the name of a role')),
      ['admin'],
      'When auth_strategy is keystone, roles of which a caller needs one.',
    ),
    auth_strategy: option(
      choice('noauth', 'keystone', 'http_basic'),
      undefined,
      'Authentication between API and conductors. Not set: as [DEFAULT] auth_strategy says; where that is not set either, a conductor answers without authentication, and on a loopback address only.',
    ),
    auth_type: option(
      text(RPC_AUTH_TYPES),
      undefined,
      'How the API authenticates to conductors: none, http_basic, or with a token of Keystone, which it gets for a password or for an application credential. Not set: as auth_strategy says, with keystone for a password.',
    ),
    cafile: option(
      text('a file of certificates in PEM'),
      undefined,
      'Authorities of which one must have signed the certificates of conductors and of Keystone. Not set: those that Node.js trusts.',
    ),
    cert_file: option(
      text('a file of certificates in PEM'),
      undefined,
      'Certificate of the conductor, and those between it and its authority; for the host name at which it is called. Not set, or key_file not set: the files in [ssl].',
    ),
    certfile: option(
      text('a file of certificates in PEM'),
      undefined,
      'Certificate that the API presents to conductors and to Keystone, where they or proxies before them ask for one.',
    ),
    client_use_ssl: option(
      boolean(),
      false,
      'Whether the API calls conductors over TLS though use_ssl is False: where a proxy before them speaks it.',
    ),
    host_ip: option(
      hostAddress(),
      undefined,
      'Address on which a conductor listens for RPC. Not set: the address in [DEFAULT] host where that is an IP address, otherwise all addresses.',
    ),
    http_basic_auth_user_file: option(
      text('a file'),
      '/etc/ironic/htpasswd-json-rpc',
      'Users that may call a conductor when auth_strategy is http_basic, as the htpasswd command of Apache writes them with bcrypt (htpasswd -B). Read again when it changes.',
    ),
    insecure: option(
      boolean(),
      false,
      "Whether the API takes any certificate for a conductor's or Keystone's.",
    ),
    key_file: option(
      text('a file with a private key in PEM'),
      undefined,
      'Private key to cert_file.',
    ),
    keyfile: option(
      text('a file with a private key in PEM'),
      undefined,
      'Private key to certfile. Not set: it is in certfile, too.',
    ),
    password: option(
      text('a password'),
      undefined,
      'Password of the API when auth_type is http_basic, password or v3password.',
      {secret: true},
    ),
    port: option(
      port(),
      8089,
      'Port on which conductors listen for RPC, unless their host name carries one.',
    ),
    tls_minimum_version: option(
      choice('1.2', '1.3'),
      '1.3',
      'Oldest version of TLS that a conductor speaks.',
    ),
    unix_socket: option(
      text('the path of a socket'),
      undefined,
      'Unix socket on which a conductor listens instead of host_ip and port, for a proxy before it. Without effect where [boot_config] conductor_port is set, as it is then that of the ironic-conductor.',
    ),
    unix_socket_mode: option(
      fileMode(),
      undefined,
      'Permissions of unix_socket.',
    ),
    use_ssl: option(
      boolean(),
      false,
      'Whether RPC goes over TLS, on both sides.',
    ),
    username: option(
      text('a user name'),
      undefined,
      'User name of the API when auth_type is http_basic, password or v3password.',
    ),
    ...keystoneLogin('the API'),
  },
  keystone_authtoken: {
    auth_type: option(
      text(`one of ${KEYSTONE_AUTH_TYPES.join(', ')}`),
      'password',
      'When [json_rpc] auth_strategy is keystone, how a conductor authenticates to Keystone, which it asks about the tokens of its callers. Unlike in Ironic, password where it is not set.',
    ),
    cafile: option(
      text('a file of certificates in PEM'),
      undefined,
      'Authorities of which one must have signed the certificate of Keystone. Not set: those that Node.js trusts.',
    ),
    certfile: option(
      text('a file of certificates in PEM'),
      undefined,
      'Certificate that a conductor presents to Keystone, where that asks for one.',
    ),
    insecure: option(
      boolean(),
      false,
      "Whether a conductor takes any certificate for Keystone's.",
    ),
    keyfile: option(
      text('a file with a private key in PEM'),
      undefined,
      'Private key to certfile. Not set: it is in certfile, too.',
    ),
    password: option(
      text('a password'),
      undefined,
      'Password of the conductor when auth_type is password or v3password.',
      {secret: true},
    ),
    token_cache_time: option(
      integer(-1),
      300,
      'Seconds for which a token that was valid once is not validated again; until then a revoked one is still taken. 0 or -1: each call is validated.',
    ),
    username: option(
      text('a user name'),
      undefined,
      'User name of the conductor when auth_type is password or v3password.',
    ),
    www_authenticate_uri: option(
      httpUrl(),
      undefined,
      'URL of Keystone that callers without a valid token are told. Not set: auth_url.',
    ),
    ...keystoneLogin('the conductor'),
  },
  oslo_messaging_rabbit: {
    amqp_auto_delete: option(
      boolean(),
      false,
      'Whether queues and exchanges vanish when they are used no more. Must be equal on all hosts.',
    ),
    amqp_durable_queues: option(
      boolean(),
      false,
      'Whether queues and exchanges survive a restart of the broker. Must be equal on all hosts.',
    ),
    heartbeat_timeout_threshold: option(
      integer(0, 3600),
      60,
      'Seconds without a sign of life after which the broker counts as gone; 0: as the broker asks for. A broker that leaves a call unconfirmed is found out sooner.',
    ),
    rabbit_quorum_queue: option(
      boolean(),
      false,
      "Whether conductors' queues are quorum queues, which are durable. Must be equal on all hosts.",
    ),
    rabbit_transient_queues_ttl: option(
      integer(0, 4_294_967),
      1800,
      'Seconds after which the broker removes an unused reply queue; 0: never.',
    ),
    rabbit_transient_quorum_queue: option(
      boolean(),
      false,
      'Whether reply queues are quorum queues, which are durable.',
    ),
    ssl: option(
      boolean(),
      false,
      'Whether RabbitMQ is spoken to over TLS. Its certificate is always verified.',
    ),
    ssl_ca_file: option(
      text('a file'),
      undefined,
      "Certificates of the authorities that the broker's certificate may be signed by. Not set: those that Node.js knows.",
    ),
    ssl_cert_file: option(
      text('a file'),
      undefined,
      'Certificate that is shown to the broker.',
    ),
    ssl_enforce_hostname_verification: option(
      boolean(),
      true,
      "Whether the broker's certificate has to be for its host in transport_url. Ironic's default is False.",
    ),
    ssl_key_file: option(
      text('a file'),
      undefined,
      'Private key of the certificate that is shown to the broker. Not set: it is in the same file.',
    ),
    ssl_version: option(
      choiceOfAnyCase('SSLv23', 'TLSv1_2'),
      undefined,
      'Version of TLS that RabbitMQ is spoken to in: TLSv1_2, or SSLv23 and not set: the newest that both sides know. Older ones are not spoken.',
    ),
  },
  pxe: {
    enable_netboot_fallback: option(
      boolean(),
      false,
      'Whether Ironic lets nodes with a local boot fall back to the network; a warning is logged when [api] restrict_boot_config is on with it.',
      {mutable: true},
    ),
    file_permission: option(
      fileMode(),
      0o644,
      'Permissions of the files written into the HTTP root.',
    ),
    ipxe_boot_script: option(
      text('a file'),
      undefined,
      "Mustache template of the root script boot.ipxe. Not set, or set to a stock template of Ironic's: the built-in one.",
    ),
    ipxe_config_api_root_url: option(
      list(httpUrl()),
      undefined,
      'Root URLs for links to the boot configuration API in the root script, tried in order: for example a plain-HTTP proxy where the API speaks TLS.',
      {ours: true, mutable: true},
    ),
    ipxe_fallback_script: option(
      text('the name or URL of an iPXE script'),
      undefined,
      'Script that the root script runs when no node is found for any NIC.',
    ),
    ipxe_use_boot_config_api: option(
      boolean(),
      false,
      'Whether the root script links to the boot configuration API and not to files of the HTTP server.',
      {ours: true, mutable: true},
    ),
    pxe_config_subdir: option(
      text('the name of a directory'),
      'pxelinux.cfg',
      'Directory below the HTTP root with links named after MAC addresses.',
    ),
  },
  ssl: {
    cert_file: option(
      text('a file of certificates in PEM'),
      undefined,
      'Certificate of the conductor where [json_rpc] cert_file and key_file are not both set.',
    ),
    key_file: option(
      text('a file with a private key in PEM'),
      undefined,
      'Private key to cert_file.',
    ),
  },
  boot_config: {
    allowed_networks: option(
      list(network()),
      undefined,
      'Networks whose clients are served. Not set: all.',
      {mutable: true},
    ),
    chain_timeout: option(
      seconds(3600),
      10,
      'Seconds without progress after which the root script gives up a chain; keep it above request_timeout.',
      {mutable: true},
    ),
    conductor_backoff_max: option(
      seconds(3600),
      2,
      'Seconds for which a conductor that did not answer in time is passed over at most, before one request tries it again. At first it is an eighth of that at most, and grows with every attempt that is long in vain.',
    ),
    conductor_port: option(
      port(),
      undefined,
      'Port of the agents that run beside ironic-conductors which have no get_boot_config. Used instead of [json_rpc] port and of a port in the host name, by the API as well as by the agent; the agent writes no root script.',
    ),
    conductor_topic: option(
      text('a topic'),
      undefined,
      "Topic of the agents that run beside ironic-conductors which have no get_boot_config, with rpc_transport = oslo. Used instead of Ironic's ironic.conductor_manager, by the API as well as by the agent; the agent writes no root script.",
    ),
    enabled: option(
      boolean(),
      true,
      'Whether this instance of the API serves scripts; False answers 404 to all.',
      {mutable: true},
    ),
    event_buffer: option(
      integer(1, 1_000_000),
      10_000,
      'Events of requests that are kept in memory, the latest ones, for the operators to look at; each takes about 1 KB.',
    ),
    event_file: option(
      text('a file'),
      undefined,
      'File to which the events of requests are appended, a line of JSON each. Each process needs one of its own.',
    ),
    event_file_count: option(
      integer(0, 1000),
      4,
      'Older event files that are kept, as event_file.1 and so on.',
    ),
    event_file_size: option(
      integer(64 * 1024),
      64 * 1024 * 1024,
      'Bytes after which a new event file is begun.',
    ),
    fallback: option(
      choice('affinity', 'none', 'any'),
      'affinity',
      'Whom to ask when the conductor that the hash ring names has no script or does not answer: affinity (the conductor that prepared the node), any (then all other live conductors too) or none.',
      {mutable: true},
    ),
    max_requests_in_flight: option(
      integer(1, 100_000),
      1000,
      'Requests that are worked on at once; what comes beyond is answered 404 at once.',
      {mutable: true},
    ),
    max_script_size: option(
      integer(7, 64 * 1024 * 1024),
      256 * 1024,
      'Largest script in bytes that is served.',
      {mutable: true},
    ),
    ops_auth_strategy: option(
      choice('noauth', 'http_basic'),
      undefined,
      "Authentication of operators. Not set: none, and the operators' listener listens on a loopback address only.",
    ),
    ops_auth_user_file: option(
      text('a file'),
      '/etc/ironic/htpasswd-boot-config',
      'Operators, when ops_auth_strategy is http_basic, as the htpasswd command of Apache writes them with bcrypt (htpasswd -B). Read again when it changes.',
    ),
    ops_cert_file: option(
      text('a file of certificates in PEM'),
      undefined,
      "Certificate of the operators' listener, and those between it and its authority. With it the listener speaks TLS.",
    ),
    ops_host_ip: option(
      hostAddress(),
      '127.0.0.1',
      "Address of the operators' listener: events, health, metrics, the API explorer.",
    ),
    ops_key_file: option(
      text('a file with a private key in PEM'),
      undefined,
      'Private key to ops_cert_file.',
    ),
    ops_port: option(port(0), 6386, "Port of the operators' listener."),
    redirect_url: option(
      list(redirectUrl()),
      undefined,
      'With serve_mode = redirect, where the HTTP roots of conductors are for firmware: the [deploy] http_url of each. One URL for all, such as http://%(conductor)s:8080/, and CONDUCTOR=URL for single ones, by their names in the conductors table. A conductor without URL has its scripts served by the API, which is logged.',
      {mutable: true},
    ),
    request_timeout: option(
      seconds(60),
      5,
      'Seconds within which a request for a script is answered, whatever happens.',
      {mutable: true},
    ),
    retry_after: option(
      integer(1, 3600),
      undefined,
      'Seconds after which firmware is asked to try again when the failure is a passing one. iPXE then tries without end and walks to no other NIC, and a 404 with it tells that a machine is known; so it is off unless set.',
      {mutable: true},
    ),
    rpc_version: option(
      text('a version such as 1.63'),
      '1.63',
      'Version of the RPC API to ask for. A server refuses a newer minor version than its own.',
      {mutable: true},
    ),
    serve_mode: option(
      choice('script', 'redirect'),
      'script',
      'How a script is served: script (the bytes, with a 200) or redirect (a 302 to the file on the HTTP server of the conductor that returned it, see redirect_url; relative links in the script then lead to that server). The same checks come first in either case.',
      {mutable: true},
    ),
    source_burst: option(
      integer(1),
      64,
      'Requests that one client may send at once before source_rate holds it back: enough for the NICs of a machine, times the attempts of the root script.',
      {mutable: true},
    ),
    source_rate: option(
      positive('requests a second'),
      undefined,
      'Requests a second that one client may send in the long run. Not set: no limit.',
      {mutable: true},
    ),
    total_burst: option(
      integer(1),
      10_000,
      'Requests that all clients together may send at once before total_rate holds them back.',
      {mutable: true},
    ),
    total_rate: option(
      positive('requests a second'),
      undefined,
      'Requests a second that all clients together may send in the long run. Not set: no limit.',
      {mutable: true},
    ),
    trusted_proxies: option(
      list(network()),
      undefined,
      'Networks of reverse proxies whose X-Forwarded-For tells the address of the client.',
      {mutable: true},
    ),
  },
};

export type OptionTable = typeof OPTIONS;
export type Section = keyof OptionTable;

type ValueOf<O> = O extends Option<infer T, infer D> ? T | D : never;

/** The resolved options: every option has its value or its default. */
export type BootConfigOptions = {
  readonly [S in Section]: {
    readonly [N in keyof OptionTable[S]]: ValueOf<OptionTable[S][N]>;
  };
};

/**
 * What an application configures: sections as in ironic.conf, values as text or
 * typed.
 */
export type BootConfigConfig = {
  [S in Section]?: {
    [N in keyof OptionTable[S]]?: ValueOf<OptionTable[S][N]> | string;
  };
};

/** `section.name` of an option, for instance `pxe.ipxe_config_api_root_url`. */
export type OptionPath = {
  [S in Section]: `${S}.${Extract<keyof OptionTable[S], string>}`;
}[Section];

/** The type of the option at `P`. */
export type OptionValue<P extends OptionPath> =
  P extends `${infer S extends Section}.${infer N}`
    ? N extends keyof BootConfigOptions[S]
      ? BootConfigOptions[S][N]
      : never
    : never;
