import {ConfigurationProblem} from '../config';
import {Login, projectDomain, userDomain} from './login';

/** What is missing in a login, or contradicts something else in it. */
export type Problem = Omit<ConfigurationProblem, 'section'>;

function problem(
  login: Login,
  option: Extract<keyof Login, string>,
  expected: string,
): Problem {
  return {option, value: login[option], expected};
}

/** The URL has to be that of the API v3. */
export function problemsOfUrl(login: Login): Problem[] {
  const {auth_url: url} = login;
  if (url && !/\/v2(\.0)?\/*$/.test(url)) return [];
  return [problem(login, 'auth_url', "the URL of Keystone's API v3")];
}

/** @param login - with the default domains filled in */
export function problemsOfPassword(login: Login): Problem[] {
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

/** A scope is none of the request's, as the credential has its own. */
export function problemsOfApplicationCredential(login: Login): Problem[] {
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
