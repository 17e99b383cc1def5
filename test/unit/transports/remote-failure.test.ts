import {expect} from '@loopback/testlab';
import {
  BootConfigError,
  NodeNotFound,
  NotFound,
  RemoteError,
} from '../../../src';
import {remoteFailure} from '../../../src/transports/remote-failure';

function failureOf(error: Partial<RemoteError>): BootConfigError {
  return remoteFailure('conductor-a', {code: 500, message: 'm', ...error});
}

describe('remoteFailure', () => {
  for (const [reason, errors] of Object.entries({
    config_not_found: [
      {code: 404, className: 'NotFound'},
      {code: 404, className: 'NodeNotFound'},
      {code: 404, className: 'PortNotFound'},
      {code: 404},
    ],
    driver_unsupported: [{code: 400, className: 'UnsupportedDriverExtension'}],
    rpc_unsupported: [
      {code: -32601},
      {code: 500, className: 'UnsupportedVersion'},
    ],
    conductor_error: [
      {code: 500},
      {code: -32602},
      {code: -32700},
      {code: 409, className: 'NodeLocked'},
      {code: 503, className: 'TemporaryFailure'},
      {code: 400, className: 'InvalidParameterValue'},
      {code: 500, className: 'constructor'},
      {code: 500, className: '__proto__'},
      {code: 500, className: ''},
    ],
  })) {
    for (const error of errors) {
      it(`takes ${JSON.stringify(error)} for ${reason}`, () => {
        expect(failureOf(error)).to.have.property('reason', reason);
      });
    }
  }

  it('tells conductor, exception and message', () => {
    expect(
      failureOf({code: 404, className: 'NotFound', message: 'no such file'}),
    ).to.have.property(
      'message',
      'conductor conductor-a answered NotFound: no such file',
    );
    expect(failureOf({code: -32700})).to.have.property(
      'message',
      'conductor conductor-a answered -32700: m',
    );
  });

  it('tells what to do about a conductor without get_boot_config', () => {
    expect(failureOf({code: -32601}).message).to.match(
      /run "ironic-boot-config conductor" beside it and set \[boot_config\] conductor_port, or conductor_topic with rpc_transport = oslo$/,
    );
  });

  it('knows the exceptions that our own conductor raises', () => {
    for (const raised of [new NotFound('x'), new NodeNotFound('x')]) {
      const {code, name: className} = raised;
      expect(failureOf({code, className}).reason).to.equal('config_not_found');
    }
  });
});
