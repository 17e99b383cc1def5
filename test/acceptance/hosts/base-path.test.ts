import {expect} from '@loopback/testlab';
import {Host, itKeepsTheContract, MAC, send, useHost} from '../support';

for (const [what, rest, basePath] of [
  ['configured', {basePath: '/baremetal'}, undefined],
  ['set by a call', {}, '/baremetal'],
] as const) {
  describe(`A RestApplication with a base path, ${what}`, () => {
    const app = useHost({
      rest,
      after: host => basePath && host.basePath(basePath),
    });

    function below(prefix: string): Host {
      const {port, conductor, logger} = app();
      return {port, conductor, logger, prefix};
    }

    itKeepsTheContract(() => below('/baremetal'));

    it('has nothing of the branch outside of it', async () => {
      const target = `/v1/boot/${MAC.waiting}/boot.ipxe`;
      const answer = await send(app().port, {target});
      expect(answer.status).to.equal(404);
      expect(app().conductor.calls).to.be.empty();
    });
  });
}
