import {BootConfigOptions} from '../config';
import {KeyPair, readKeyPair} from '../config/key-pair';

/**
 * What the operators' listener shows over TLS; `undefined`: it speaks none.
 *
 * @throws ConfigurationError when only one of the options is set, and for files
 *   that can't be read or do not match
 */
export async function operatorsKeyPair({
  boot_config: own,
}: BootConfigOptions): Promise<KeyPair | undefined> {
  if (!own.ops_cert_file && !own.ops_key_file) return undefined;
  return readKeyPair(
    {
      section: 'boot_config',
      option: 'ops_cert_file',
      value: own.ops_cert_file,
      expected: "a file with the certificate of the operators' listener in PEM",
    },
    {
      section: 'boot_config',
      option: 'ops_key_file',
      value: own.ops_key_file,
      expected: 'a file with the private key to ops_cert_file in PEM',
    },
  );
}
