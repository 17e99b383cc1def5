import {BootConfigOptions, KEYSTONE_AUTH_TYPES} from '../config';

/** A section with the options of a service that logs in to Keystone. */
export type KeystoneSection = 'json_rpc' | 'keystone_authtoken';

/** One of the supported values of `auth_type`. */
export type AuthType = (typeof KEYSTONE_AUTH_TYPES)[number];

/** The options of a section. */
export type Login = BootConfigOptions[KeystoneSection];

/** A domain, or what is known by its domain, as Keystone's API names it. */
export type Named = {id: string} | {name: string; domain?: Named};

/** Only keystoneauth's type without a version knows default domains. */
export function withDefaultDomain(login: Login, type: AuthType): Login {
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

/** The domain of the user, where it is told. */
export function userDomain(login: Login): Named | undefined {
  return named(login.user_domain_id, login.user_domain_name);
}

/** The domain of the project, where it is told. */
export function projectDomain(login: Login): Named | undefined {
  return named(login.project_domain_id, login.project_domain_name);
}

/** By ID rather than by name; `undefined` without either. */
export function named(
  id: string | undefined,
  name: string | undefined,
  domain?: Named,
): Named | undefined {
  if (id !== undefined) return {id};
  if (name === undefined) return undefined;
  return {name, ...(domain && {domain})};
}
