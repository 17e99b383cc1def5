import {IncomingHttpHeaders} from 'node:http';
import {FileOption} from '../../config/file-option';
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

/** What is said of those who are not let in. */
export interface BasicAuthenticationWords {
  /** For the user of a browser (RFC 7617). */
  realm: string;
  /** What was refused, for the log. */
  what: string;
}

const RPC_CALL = {realm: 'Baremetal API', what: 'an RPC call'};

/**
 * HTTP basic authentication against a file of users, with the answers that
 * Ironic's middleware gives.
 */
export class HttpBasicAuthentication implements RpcAuthentication {
  private readonly file: UserFile;
  private readonly passwords = new PasswordCheck();

  constructor(
    users: Omit<FileOption, 'expected'>,
    private readonly logger: Logger,
    private readonly words: BasicAuthenticationWords = RPC_CALL,
  ) {
    this.file = new UserFile({
      ...users,
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
      return this.unauthorized('Authorization required');
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
      `${this.words.what} with a wrong user name or password was refused`,
    );
    return this.unauthorized('Incorrect username or password');
  }

  private refusalFor(error: Error): Refusal {
    if (error instanceof BadAuthorization) {
      return {status: 400, message: error.message};
    }
    if (error instanceof TooManyComparisons) {
      return {status: 503, message: 'Too many passwords to verify'};
    }
    this.logger.error(
      {err: error},
      `${this.words.what} could not be authenticated`,
    );
    return {status: 500, message: 'Problem reading auth user file'};
  }

  private unauthorized(message: string): Refusal {
    const {realm} = this.words;
    return {
      status: 401,
      message,
      headers: {'WWW-Authenticate': `Basic realm="${realm}"`},
    };
  }
}
