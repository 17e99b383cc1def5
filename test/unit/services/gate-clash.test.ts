import {expect} from '@loopback/testlab';
import {BootConfigConfig, InterfaceCount, resolveOptions} from '../../../src';
import {gateClashes} from '../../../src/services/gate-clash';

function clashes(
  config: BootConfigConfig,
  interfaces: InterfaceCount[] = [],
): string[] {
  return gateClashes(resolveOptions(config), interfaces);
}

function count(
  deployInterface: string | null,
  storageInterface: string | null,
  nodes: number,
): InterfaceCount {
  return {deployInterface, storageInterface, nodes};
}

describe('gateClashes', () => {
  it('finds none in a common installation', () => {
    expect(
      clashes({}, [
        count('direct', 'noop', 100),
        count('direct', null, 1),
        count(null, '', 1),
        count('ansible', 'noop', 1),
      ]),
    ).to.be.empty();
  });

  for (const [config, expected] of [
    [{deploy: {fast_track: true}}, /^\[deploy\] fast_track /],
    [
      {pxe: {enable_netboot_fallback: true}},
      /^\[pxe\] enable_netboot_fallback /,
    ],
  ] as const) {
    it(`finds ${JSON.stringify(config)}`, () => {
      const found = clashes(config);
      expect(found).to.have.length(1);
      expect(found[0]).to.match(expected);
      expect(found[0]).to.match(/\[api\] restrict_boot_config/);
    });
  }

  it('counts the nodes that boot from the network when ACTIVE', () => {
    expect(
      clashes({}, [
        count('ramdisk', 'noop', 2),
        count('anaconda', 'noop', 3),
        count('direct', 'noop', 100),
      ]).join(),
    ).to.match(/^5 node\(s\) have the deploy interface ramdisk or anaconda,/);
  });

  it('counts the nodes that boot from volumes', () => {
    expect(
      clashes({}, [
        count('direct', 'cinder', 2),
        count('direct', 'x', 1),
      ]).join(),
    ).to.match(/^3 node\(s\) may boot from volumes,/);
  });

  it('finds all there are', () => {
    expect(
      clashes(
        {deploy: {fast_track: true}, pxe: {enable_netboot_fallback: true}},
        [count('ramdisk', 'cinder', 1)],
      ),
    ).to.have.length(4);
  });

  it('finds none where nodes in every state are served', () => {
    expect(
      clashes(
        {
          api: {restrict_boot_config: false},
          deploy: {fast_track: true},
          pxe: {enable_netboot_fallback: true},
        },
        [count('ramdisk', 'cinder', 1)],
      ),
    ).to.be.empty();
  });
});
