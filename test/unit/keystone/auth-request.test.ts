import {expect} from '@loopback/testlab';
import {
  BootConfigConfig,
  ConfigurationError,
  resolveOptions,
} from '../../../src';
import {authRequest} from '../../../src/keystone';

type Login = NonNullable<BootConfigConfig['json_rpc']>;

const URL = 'http://keystone.example.org:5000';
const SECRET = 'S3cret';

const PASSWORD: Login = {
  auth_url: URL,
  username: 'ironic',
  user_domain_name: 'Default',
  password: SECRET,
};

const CREDENTIAL: Login = {
  auth_url: URL,
  application_credential_id: 'c1',
  application_credential_secret: SECRET,
};

describe('authRequest', () => {
  describe('goes to the API at', () => {
    for (const [url, api] of [
      [URL, `${URL}/v3`],
      [`${URL}/`, `${URL}/v3`],
      [`${URL}/v3`, `${URL}/v3`],
      [`${URL}/v3/`, `${URL}/v3`],
      ['https://h/identity', 'https://h/identity/v3'],
      ['https://[2001:db8::1]:5000/identity/v3', undefined],
    ]) {
      it(`${api ?? url} for ${url}`, () => {
        expect(requestOf({...PASSWORD, auth_url: url}).url).to.eql(api ?? url);
      });
    }
  });

  describe('tells of the user', () => {
    for (const [what, login, user] of [
      ['by name', {}, {name: 'ironic', domain: {name: 'Default'}}],
      [
        'by name and ID of a domain',
        {user_domain_id: 'd1'},
        {name: 'ironic', domain: {id: 'd1'}},
      ],
      ['by ID rather than by name', {user_id: 'u1'}, {id: 'u1'}],
      [
        'in the default domain',
        {user_domain_name: undefined, default_domain_name: 'D'},
        {name: 'ironic', domain: {name: 'D'}},
      ],
    ] as [string, Login, object][]) {
      it(what, () => {
        expect(requestOf({...PASSWORD, ...login}).body).to.eql({
          auth: {
            identity: {
              methods: ['password'],
              password: {user: {...user, password: SECRET}},
            },
          },
        });
      });
    }
  });

  describe('is for', () => {
    for (const [what, login, scope] of [
      ['nothing, where nothing is said', {}, undefined],
      [
        'a project by ID rather than by name',
        {project_id: 'p1', project_name: 'service'},
        {project: {id: 'p1'}},
      ],
      [
        'a project by name',
        {project_name: 'service', project_domain_name: 'D'},
        {project: {name: 'service', domain: {name: 'D'}}},
      ],
      [
        'a project in the default domain',
        {project_name: 'service', default_domain_id: 'd1'},
        {project: {name: 'service', domain: {id: 'd1'}}},
      ],
      ['a domain by ID', {domain_id: 'd1'}, {domain: {id: 'd1'}}],
      ['a domain by name', {domain_name: 'D'}, {domain: {name: 'D'}}],
      ['the system', {system_scope: 'all'}, {system: {all: true}}],
      [
        'a project rather than the system',
        {project_id: 'p1', system_scope: 'all'},
        {project: {id: 'p1'}},
      ],
    ] as [string, Login, object | undefined][]) {
      it(what, () => {
        const {auth} = requestOf({...PASSWORD, ...login}).body as {
          auth: {scope?: object};
        };
        expect(auth.scope).to.eql(scope);
      });
    }
  });

  describe('with an application credential', () => {
    for (const [what, login, told] of [
      ['names its ID', {}, {id: 'c1'}],
      [
        'names it and its user',
        {
          application_credential_id: undefined,
          application_credential_name: 'c',
          username: 'ironic',
          user_domain_id: 'd1',
        },
        {name: 'c', user: {name: 'ironic', domain: {id: 'd1'}}},
      ],
    ] as [string, Login, object][]) {
      it(what, () => {
        const request = requestOf(
          {...CREDENTIAL, ...login},
          'v3applicationcredential',
        );
        expect(request.body).to.eql({
          auth: {
            identity: {
              methods: ['application_credential'],
              application_credential: {...told, secret: SECRET},
            },
          },
        });
      });
    }
  });

  describe('asks for', () => {
    for (const [type, login, problem] of [
      ['v3totp', {auth_type: 'v3totp'}, /auth_type = v3totp: expected one of/],
      ['password', {auth_url: undefined}, /auth_url \(not set\): .*API v3/],
      ['password', {auth_url: `${URL}/v2.0`}, /auth_url = .*v2\.0: .*API v3/],
      ['password', {username: undefined}, /username \(not set\): .*user_id/],
      [
        'password',
        {user_domain_name: undefined},
        /user_domain_name \(not set\): .*user_domain_id/,
      ],
      [
        'v3password',
        {user_domain_name: undefined, default_domain_id: 'd1'},
        /user_domain_name \(not set\): .*as auth_type is v3password$/,
      ],
      ['password', {password: undefined}, /password \(not set\): expected/],
      [
        'password',
        {project_name: 'service'},
        /project_domain_name \(not set\): .*project_domain_id/,
      ],
      [
        'password',
        {project_id: 'p1', domain_id: 'd1'},
        /domain_id = d1: expected not to be set where a project is/,
      ],
      [
        'v3applicationcredential',
        {application_credential_id: undefined},
        /application_credential_id \(not set\): .*application_credential_name/,
      ],
      [
        'v3applicationcredential',
        {application_credential_secret: undefined},
        /application_credential_secret \(not set\)/,
      ],
      [
        'v3applicationcredential',
        {
          application_credential_id: undefined,
          application_credential_name: 'c',
        },
        /user_id \(not set\): expected the ID of the user/,
      ],
      [
        'v3applicationcredential',
        {project_name: 'service'},
        /project_name = service: expected not to be set/,
      ],
    ] as [string, Login, RegExp][]) {
      const [change] = Object.keys(login);
      it(`what is missing or wrong of ${type}: ${change}`, () => {
        const base = type.endsWith('password') ? PASSWORD : CREDENTIAL;
        const error = thrownBy(() => requestOf({...base, ...login}, type));
        expect(error.problems).to.have.length(1);
        expect(error.message).to.match(problem);
        expect(error.message).to.match(/\n {2}\[json_rpc\] /);
        expect(error.message).to.not.containEql(SECRET);
      });
    }
  });
});

function requestOf(login: Login, type = 'password') {
  return authRequest(resolveOptions({json_rpc: login}), 'json_rpc', type);
}

function thrownBy(action: () => unknown): ConfigurationError {
  try {
    action();
  } catch (error) {
    expect(error).to.be.instanceOf(ConfigurationError);
    return error as ConfigurationError;
  }
  throw new Error('nothing was thrown');
}
