import {
  BootConfigOptions,
  ConfigurationError,
  KEYSTONE_AUTH_TYPES,
} from '../config';
import {problemOf} from '../config/option-problem';
import {
  AuthType,
  KeystoneSection,
  Login,
  Named,
  named,
  projectDomain,
  userDomain,
  withDefaultDomain,
} from './login';
import {
  problemsOfApplicationCredential,
  problemsOfPassword,
  problemsOfUrl,
} from './login-problems';

/** What a token is asked for with. */
export interface AuthRequest {
  /** URL of Keystone's API, up to `/v3`. */
  url: string;
  /** The body of `POST <url>/auth/tokens`. */
  body: object;
}

/**
 * The request for a token that the options of a section ask for, the same as
 * keystoneauth makes of them.
 *
 * @throws ConfigurationError when one is missing or contradicts another
 */
export function authRequest(
  options: BootConfigOptions,
  section: KeystoneSection,
  authType: string,
): AuthRequest {
  const type = supported(authType, section);
  const login = options[section];
  const problems = [
    ...problemsOfUrl(login),
    ...(type === 'v3applicationcredential'
      ? problemsOfApplicationCredential(login)
      : problemsOfPassword(withDefaultDomain(login, type))),
  ].map(({option, value, expected}) =>
    problemOf(section, option, value, `${expected}, as auth_type is ${type}`),
  );
  if (problems.length) throw new ConfigurationError(problems);
  const auth =
    type === 'v3applicationcredential'
      ? byApplicationCredential(login)
      : byPassword(withDefaultDomain(login, type));
  return {url: apiUrl(login.auth_url!), body: {auth}};
}

function supported(authType: string, section: KeystoneSection): AuthType {
  const type = KEYSTONE_AUTH_TYPES.find(known => known === authType);
  if (type) return type;
  throw new ConfigurationError([
    problemOf(
      section,
      'auth_type',
      authType,
      `one of ${KEYSTONE_AUTH_TYPES.join(', ')}`,
    ),
  ]);
}

function byPassword(login: Login): object {
  const {password} = login;
  return {
    identity: {
      methods: ['password'],
      password: {user: {...userOf(login), password}},
    },
    ...scopeOf(login),
  };
}

function byApplicationCredential(login: Login): object {
  const {
    application_credential_id: id,
    application_credential_name: name,
    application_credential_secret: secret,
  } = login;
  return {
    identity: {
      methods: ['application_credential'],
      application_credential: {
        ...(id ? {id} : {name, user: userOf(login)}),
        secret,
      },
    },
  };
}

function scopeOf(login: Login): {scope?: object} {
  const domain = named(login.domain_id, login.domain_name);
  if (domain) return {scope: {domain}};
  const project = named(
    login.project_id,
    login.project_name,
    projectDomain(login),
  );
  if (project) return {scope: {project}};
  return login.system_scope ? {scope: {system: {all: true}}} : {};
}

function userOf(login: Login): Named | undefined {
  return named(login.user_id, login.username, userDomain(login));
}

function apiUrl(authUrl: string): string {
  const base = authUrl.replace(/\/+$/, '');
  return base.endsWith('/v3') ? base : `${base}/v3`;
}
