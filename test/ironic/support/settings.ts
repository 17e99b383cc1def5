import {Sections} from '../../acceptance/system/support';

/** Where the parts of an installation are. */
export interface Places {
  /** Name of the conductor and its address. */
  host: string;
  /** Directory of the conductor's files. */
  directory: string;
  apiPort: number;
  rpcPort: number;
  /** Root URL of its HTTP server, as machines see it. */
  httpUrl: string;
  /** As in `[database] connection`. */
  database: string;
  /** As in `[pxe] ipxe_boot_script`. */
  bootScript: string;
  /** Directory whose files may be images. */
  images: string;
}

/**
 * The ironic.conf of a stand-alone Ironic with machines that are not there:
 * their hardware is fake, all else is as with real ones.
 */
export function ironicSettings(places: Places): Sections {
  const {directory} = places;
  return {
    DEFAULT: {
      host: places.host,
      my_ip: places.host,
      auth_strategy: 'noauth',
      state_path: directory,
      tempdir: directory,
      enabled_hardware_types: 'fake-hardware',
      enabled_boot_interfaces: 'ipxe',
      enabled_deploy_interfaces: 'direct,fake',
      default_deploy_interface: 'direct',
      enabled_management_interfaces: 'fake',
      enabled_network_interfaces: 'noop',
      enabled_power_interfaces: 'fake',
      enabled_vendor_interfaces: 'fake',
    },
    // Its image stays with the server that has it.
    agent: {image_download_source: 'http'},
    // A second worker would be a process that outlives the first one's end.
    api: {host_ip: '127.0.0.1', port: places.apiPort, api_workers: 1},
    conductor: {
      automated_clean: 'False',
      file_url_allowed_paths: places.images,
      sync_power_state_interval: 0,
    },
    database: {connection: `${places.database}?charset=utf8`},
    deploy: {http_root: '$state_path/httpboot', http_url: places.httpUrl},
    dhcp: {dhcp_provider: 'none'},
    json_rpc: {host_ip: '$my_ip', port: places.rpcPort},
    oslo_concurrency: {lock_path: '$state_path/lock'},
    pxe: {
      images_path: '$state_path/images',
      instance_master_path: '$state_path/master',
      ipxe_boot_script: places.bootScript,
      tftp_master_path: '$state_path/master',
      tftp_root: '$state_path/tftpboot',
    },
    service_catalog: {endpoint_override: `http://127.0.0.1:${places.apiPort}`},
  };
}
