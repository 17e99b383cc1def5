import {BootConfigError, Reason} from '../boot-config-error';
import {JsonRpcCode, RemoteError} from '../rpc';

const REASON_BY_CLASS: Record<string, Reason> = {
  NotFound: 'config_not_found',
  NodeNotFound: 'config_not_found',
  UnsupportedDriverExtension: 'driver_unsupported',
  NoSuchMethod: 'rpc_unsupported',
  UnsupportedVersion: 'rpc_unsupported',
};

// Ironic's messages are a sentence; of what is longer, the log gets a beginning.
const MAX_MESSAGE_LENGTH = 500;

/** The failure that a conductor's error stands for. */
export function remoteFailure(
  hostname: string,
  error: RemoteError,
): BootConfigError {
  const reason = reasonOf(error);
  const hint =
    reason === 'rpc_unsupported'
      ? '; it has no get_boot_config: run "ironic-boot-config conductor" beside it and set [boot_config] conductor_port, or conductor_topic with rpc_transport = oslo'
      : '';
  return new BootConfigError(
    reason,
    `conductor ${hostname} answered ${error.className ?? error.code}: ${error.message.slice(0, MAX_MESSAGE_LENGTH)}${hint}`,
  );
}

function reasonOf({code, className}: RemoteError): Reason {
  if (className && Object.hasOwn(REASON_BY_CLASS, className)) {
    return REASON_BY_CLASS[className];
  }
  if (code === JsonRpcCode.METHOD_NOT_FOUND) return 'rpc_unsupported';
  return code === 404 ? 'config_not_found' : 'conductor_error';
}
