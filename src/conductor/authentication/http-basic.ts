import {IncomingHttpHeaders} from 'node:http';
import {BootConfigOptions} from '../../config';
import {Logger} from '../../logger';
import {
  BadAuthorization,
  Credential,
  parseBasicAuthorization,
} from './authorization-header';
import {TooManyComparisons} from './bcrypt-thread';
import {PasswordCheck} from './password-check';
import {Refusal, RpcAuthentication} from './rpc-authentication';
import {UserFile} from './user-file';

const CHALLENGE = {'WWW-Authenticate': 'Basic realm="Baremetal API"'};

/**
 * HTTP basic authentication against `[json_rpc] http_basic_auth_user_file`,
 * with the answers that Ironic's middleware gives.
 */
export class HttpBasicAuthentication implements RpcAuthentication {
  private readonly file: UserFile;
  private readonly passwords = new PasswordCheck();

  constructor(
    {json_rpc: jsonRpc}: BootConfigOptions,
    private readonly logger: Logger,
  ) {
    this.file = new UserFile({
      section: 'json_rpc',
      option: 'http_basic_auth_user_file',
      value: jsonRpc.http_basic_auth_user_file,
      expected: 'a user file of Apache with bcrypt hashes',
    });
  }

  async init(): Promise<void> {
    await this.file.read();
  }

  async check({
    authorization,
  }: IncomingHttpHeaders): Promise<Refusal | undefined> {
    if (authorization === undefined) {
      return unauthorized('Authorization required');
    }
    try {
      return await this.verify(parseBasicAuthorization(authorization));
    } catch (error) {
      return this.refusalFor(error as Error);
    }
  }

  async stop(): Promise<void> {
    await this.passwords.stop();
  }

  private async verify(credential: Credential): Promise<Refusal | undefined> {
    const users = await this.file.read();
    if (await this.passwords.isRight(credential, users)) return undefined;
    this.logger.warn(
      {username: credential.username},
      'an RPC call with a wrong user name or password was refused',
    );
    return unauthorized('Incorrect username or password');
  }

  private refusalFor(error: Error): Refusal {
    if (error instanceof BadAuthorization) {
      return {status: 400, message: error.message};
    }
    if (error instanceof TooManyComparisons) {
      return {status: 503, message: 'Too many passwords to verify'};
    }
    this.logger.error({err: error}, 'an RPC call could not be authenticated');
    return {status: 500, message: 'Problem reading auth user file'};
  }
}

function unauthorized(message: string): Refusal {
  return {status: 401, message, headers: CHALLENGE};
}
