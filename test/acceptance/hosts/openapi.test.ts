import {expect, validateApiSpec} from '@loopback/testlab';
import {useHost} from '../support';

for (const [what, rest] of Object.entries({
  'at its root': {},
  'below a base path': {basePath: '/baremetal'},
})) {
  describe(`The OpenAPI document of a host ${what}`, () => {
    const host = useHost({rest});

    it('is valid', async () => {
      await validateApiSpec(await host().restServer.getApiSpec());
    });

    it('describes the operation below the base path', async () => {
      const {paths} = await host().restServer.getApiSpec();
      expect(Object.keys(paths)).to.eql(['/v1/boot/{mac}/{name}']);
      expect(paths['/v1/boot/{mac}/{name}']).to.have.keys('get');
    });
  });
}
