import {expect} from '@loopback/testlab';
import {BootConfigError} from '../../../src';
import {isInBootBranch, parseBootPath, pathOf} from '../../../src/http';

describe('isInBootBranch', () => {
  for (const path of [
    '/v1/boot',
    '/v1/boot/',
    '/v1/boot/525400abcdef/boot.ipxe',
    '/v1/boot//',
    '/v1/boot/../nodes',
    '/V1/BOOT/525400abcdef/boot.ipxe',
    '/v1/%62oot/525400abcdef/boot.ipxe',
    '/%76%31/%62%6F%6F%74',
    '/v1/%42OOT/x',
    '/v1%2Fboot/525400abcdef/boot.ipxe',
    '/v1%2fboot',
    '/v1/boot%2F525400abcdef/boot.ipxe',
    '//v1/boot/525400abcdef/boot.ipxe',
    '/v1//boot/525400abcdef/boot.ipxe',
    '///v1///boot///x',
    '//v1//%62oot/x',
    '/v1%2F%2Fboot/x',
    '/v1/boot/%zz',
    '/v1/boot/%',
    '/v1/boot/%00',
    '/v1/boot/%ff%fe/boot.ipxe',
  ]) {
    it(`takes ${path}`, () => {
      expect(isInBootBranch(path)).to.be.true();
    });
  }

  for (const path of [
    '',
    '*',
    '/',
    '/v1',
    '/v1/',
    '/v1/nodes',
    '/v1/bootfoo',
    '/v1/boot-config/x',
    '/v1/boot%66oo',
    '/v1/boot%00/x',
    '/v1/boot%zz/x',
    '/%zz/boot/x',
    '/%zz',
    '/v1%',
    '/v1/nodes/boot',
    '/v2/boot/525400abcdef/boot.ipxe',
    '/api/v1/boot/525400abcdef/boot.ipxe',
    '/v1/%2562oot/x',
    '//v2//boot/x',
    'v1/boot/525400abcdef/boot.ipxe',
  ]) {
    it(`leaves ${JSON.stringify(path)} to the host`, () => {
      expect(isInBootBranch(path)).to.be.false();
    });
  }
});

describe('parseBootPath', () => {
  const MAC = '52:54:00:ab:cd:ef';

  for (const [path, mac, name] of [
    [`/v1/boot/${MAC}/boot.ipxe`, MAC, 'boot.ipxe'],
    ['/v1/boot/52%3A54%3a00%3Aab%3Acd%3Aef/boot.ipxe', MAC, 'boot.ipxe'],
    [`/v1/boot/${MAC}/boot%2Eipxe`, MAC, 'boot.ipxe'],
    [`/v1/boot/${MAC}/%F0%9F%A5%BE`, MAC, '🥾'],
    // What these turn into is refused as a MAC address or a name.
    [`/v1/boot/${MAC}/..%2Fconfig`, MAC, '../config'],
    [`/v1/boot/${MAC}/boot.ipxe%00`, MAC, 'boot.ipxe\0'],
    [`/v1/boot/${MAC}/boot.ipxe%0A`, MAC, 'boot.ipxe\n'],
    [`/v1/boot/${MAC}%2Fx/boot.ipxe`, `${MAC}/x`, 'boot.ipxe'],
    [`/v1/boot/${MAC}/%2525`, MAC, '%25'],
    [`/v1/boot/${MAC}/a+b`, MAC, 'a+b'],
    [`/v1/boot/${MAC}/..`, MAC, '..'],
  ]) {
    it(`reads ${path}`, () => {
      expect(parseBootPath('GET', path)).to.eql({mac, name});
    });
  }

  it('reads HEAD as GET', () => {
    expect(parseBootPath('HEAD', `/v1/boot/${MAC}/boot.ipxe`)).to.eql({
      mac: MAC,
      name: 'boot.ipxe',
    });
  });

  for (const path of [
    '/v1/boot',
    '/v1/boot/',
    '/v1/boot//',
    `/v1/boot/${MAC}`,
    `/v1/boot/${MAC}/`,
    `/v1/boot//boot.ipxe`,
    `/v1/boot/${MAC}//boot.ipxe`,
    `/v1/boot//${MAC}/boot.ipxe`,
    `/v1/boot/${MAC}/boot.ipxe/`,
    `/v1/boot/${MAC}/boot.ipxe/more`,
    `/v1/boot/${MAC}/%`,
    `/v1/boot/${MAC}/%2`,
    `/v1/boot/${MAC}/%zz`,
    `/v1/boot/${MAC}/%ff`,
    `/v1/boot/${MAC}/%c0%af`,
    '/v1/boot/%zz/boot.ipxe',
    `/V1/boot/${MAC}/boot.ipxe`,
    `/v1/Boot/${MAC}/boot.ipxe`,
    `/v1/%62oot/${MAC}/boot.ipxe`,
    `/v1%2Fboot/${MAC}/boot.ipxe`,
    `//v1/boot/${MAC}/boot.ipxe`,
  ]) {
    it(`refuses ${JSON.stringify(path)}`, () => {
      expect(() => parseBootPath('GET', path)).to.throw(BootConfigError, {
        reason: 'path_unknown',
      });
    });
  }

  for (const method of [
    'POST',
    'PUT',
    'PATCH',
    'DELETE',
    'OPTIONS',
    'TRACE',
    'PROPFIND',
    'get',
    undefined,
  ]) {
    it(`refuses the method ${method}`, () => {
      expect(() => parseBootPath(method, `/v1/boot/${MAC}/boot.ipxe`)).to.throw(
        BootConfigError,
        {reason: 'method_unknown'},
      );
    });
  }
});

describe('pathOf', () => {
  for (const [target, path] of [
    ['/v1/boot/a/b', '/v1/boot/a/b'],
    ['/v1/boot/a/b?uuid=1&mac=2', '/v1/boot/a/b'],
    ['/v1/boot/a/b?', '/v1/boot/a/b'],
    ['/v1/boot/a/b#here', '/v1/boot/a/b'],
    ['/v1/boot/a/b?x#y?z', '/v1/boot/a/b'],
    ['/v1/boot/a/b%3Fx', '/v1/boot/a/b%3Fx'],
    ['/?/v1/boot', '/'],
    ['//v1/boot/a/b', '//v1/boot/a/b'],
    ['/http://host/v1/boot', '/http://host/v1/boot'],
    ['http://host/v1/boot/a/b', '/v1/boot/a/b'],
    ['http://host:6385/v1/boot/a/b?x=/y', '/v1/boot/a/b'],
    ['HTTPS://[::1]:6385/v1/boot/a/b', '/v1/boot/a/b'],
    ['http://user:secret@host/v1/boot/a/b', '/v1/boot/a/b'],
    ['http://host', ''],
    ['http://host?/v1/boot', ''],
    ['*', '*'],
    ['host:443', 'host:443'],
    ['', ''],
  ]) {
    it(`takes the path ${JSON.stringify(path)} from ${JSON.stringify(target)}`, () => {
      expect(pathOf(target)).to.equal(path);
    });
  }
});
