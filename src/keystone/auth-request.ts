import {
  BootConfigOptions,
  ConfigurationError,
  ConfigurationProblem,
  KEYSTONE_AUTH_TYPES,
} from '../config';
import {problemOf} from '../config/option-problem';

/** A section with the options of a service that logs in to Keystone. */
export type KeystoneSection = 'json_rpc' | 'keystone_authtoken';

type AuthType = (typeof KEYSTONE_AUTH_TYPES)[number];

type Login = BootConfigOptions[KeystoneSection];

/** A domain, or what is known by its domain, as Keystone's API names it. */
type Named = {id: string} | {name: string; domain?: Named};

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

type Problem = Omit<ConfigurationProblem, 'section'>;

function problem(
  login: Login,
  option: Extract<keyof Login, string>,
  expected: string,
): Problem {
  return {option, value: login[option], expected};
}

function problemsOfUrl(login: Login): Problem[] {
  const {auth_url: url} = login;
  if (url && !/\/v2(\.0)?\/*$/.test(url)) return [];
  return [problem(login, 'auth_url', "the URL of Keystone's API v3")];
}

function problemsOfPassword(login: Login): Problem[] {
  const user =
    login.user_id === undefined ? problemsOfUserName(login, 'username') : [];
  return [
    ...user,
    ...(login.password === undefined
      ? [problem(login, 'password', 'the password of the user')]
      : []),
    ...problemsOfScope(login),
  ];
}

function problemsOfScope(login: Login): Problem[] {
  const project = login.project_id ?? login.project_name;
  const domain = login.domain_id ?? login.domain_name;
  const problems: Problem[] = [];
  if (project && domain) {
    const option = login.domain_id ? 'domain_id' : 'domain_name';
    const expected = 'not to be set where a project is';
    problems.push(problem(login, option, expected));
  }
  if (login.project_name && !login.project_id && !projectDomain(login)) {
    problems.push(
      problem(
        login,
        'project_domain_name',
        'the domain of project_name, here or in project_domain_id',
      ),
    );
  }
  return problems;
}

function problemsOfApplicationCredential(login: Login): Problem[] {
  const problems: Problem[] = [];
  if (login.application_credential_secret === undefined) {
    problems.push(
      problem(
        login,
        'application_credential_secret',
        'the secret of the application credential',
      ),
    );
  }
  if (login.application_credential_id === undefined) {
    if (login.application_credential_name === undefined) {
      problems.push(
        problem(
          login,
          'application_credential_id',
          'the ID of the application credential, or its name in application_credential_name',
        ),
      );
    } else if (login.user_id === undefined) {
      problems.push(...problemsOfUserName(login, 'user_id'));
    }
  }
  for (const option of [
    'project_id',
    'project_name',
    'domain_id',
    'domain_name',
    'system_scope',
  ] as const) {
    if (login[option] === undefined) continue;
    const expected = 'not to be set: the application credential has a project';
    problems.push(problem(login, option, expected));
  }
  return problems;
}

/** @param missing - the option to name when there is no user at all */
function problemsOfUserName(
  login: Login,
  missing: 'username' | 'user_id',
): Problem[] {
  if (login.username === undefined) {
    const expected =
      missing === 'username'
        ? 'the name of a user, or the ID of one in user_id'
        : 'the ID of the user, or username and its domain';
    return [problem(login, missing, expected)];
  }
  if (userDomain(login)) return [];
  return [
    problem(
      login,
      'user_domain_name',
      'the domain of username, here or in user_domain_id',
    ),
  ];
}

/** Only keystoneauth's type without a version knows default domains. */
function withDefaultDomain(login: Login, type: AuthType): Login {
  if (type !== 'password') return login;
  const {default_domain_id: id, default_domain_name: name} = login;
  return {
    ...login,
    user_domain_id: login.user_domain_id ?? id,
    user_domain_name: login.user_domain_name ?? name,
    project_domain_id: login.project_domain_id ?? id,
    project_domain_name: login.project_domain_name ?? name,
  };
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

function userDomain(login: Login): Named | undefined {
  return named(login.user_domain_id, login.user_domain_name);
}

function projectDomain(login: Login): Named | undefined {
  return named(login.project_domain_id, login.project_domain_name);
}

function named(
  id: string | undefined,
  name: string | undefined,
  domain?: Named,
): Named | undefined {
  if (id !== undefined) return {id};
  if (name === undefined) return undefined;
  return {name, ...(domain && {domain})};
}

function apiUrl(authUrl: string): string {
  const base = authUrl.replace(/\/+$/, '');
  return base.endsWith('/v3') ? base : `${base}/v3`;
}
