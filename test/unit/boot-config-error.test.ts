import {expect} from '@loopback/testlab';
import {BootConfigError} from '../../src';

describe('BootConfigError', () => {
  it('is a 404 for whoever knows no more of it', () => {
    const error = new BootConfigError('node_not_found', 'no such node');
    expect(error).to.be.instanceof(Error);
    expect(error).to.have.properties({
      name: 'BootConfigError',
      statusCode: 404,
      reason: 'node_not_found',
      message: 'no such node',
    });
  });

  it('is made of any other error, with that as its cause', () => {
    const bug = new TypeError('x is not a function');
    expect(BootConfigError.from(bug)).to.have.properties({
      reason: 'internal_error',
      message: 'x is not a function',
      cause: bug,
    });
  });

  it('is made of whatever else is thrown', () => {
    for (const [thrown, message] of [
      ['text', 'text'],
      [5, '5'],
      [null, 'null'],
      [undefined, 'undefined'],
    ] as const) {
      expect(BootConfigError.from(thrown)).to.have.properties({
        reason: 'internal_error',
        message,
      });
    }
  });

  it('stays what it is', () => {
    const error = new BootConfigError('no_conductor', 'none');
    expect(BootConfigError.from(error)).to.equal(error);
  });
});
