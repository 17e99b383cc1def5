import {expect} from '@loopback/testlab';
import {relativeLinks} from '../../../src/services/relative-links';

/** Links as `line:column path`. */
function linksIn(...lines: string[]): string[] {
  return relativeLinks(['#!ipxe', ...lines].join('\n')).map(
    ({line, column, path}) => `${line}:${column} ${path}`,
  );
}

// What Metal3's template of a node's script renders to with a bundle of
// certificates, by its commands.
const WITH_CACERT_BUNDLE = [
  'set attempts:int32 10',
  'goto deploy',
  ':deploy',
  'imgfree',
  'kernel --timeout 60000 http://192.0.2.11:6180/images/ipa.kernel text BOOTIF=${mac} initrd=deploy_ramdisk initrd=ipa-cacert-bundle || goto retry',
  'initrd --timeout 60000 http://192.0.2.11:6180/images/ipa.initramfs || goto retry',
  'initrd --timeout 60000  ../ipa-cacert-bundle || goto retry',
  'boot',
  ':retry',
  'iseq ${i} ${attempts} && goto fail ||',
];

describe('relativeLinks', () => {
  it("finds the one in Metal3's script", () => {
    expect(linksIn(...WITH_CACERT_BUNDLE)).to.eql([
      '8:25 ../ipa-cacert-bundle',
    ]);
  });

  for (const command of [
    'kernel k',
    'initrd k',
    'imgfetch k',
    'module k',
    'chain k',
    'boot k',
    'imgexec k',
    'imgselect k',
    'imgload k',
    'imgargs k a=b',
    'imgextract k',
    'imgverify k http://192.0.2.1/k.sig',
    'imgverify --signer name http://192.0.2.1/x k',
    'imgdecrypt http://192.0.2.1/x k',
    'shim k',
    'fdt k',
    'sha1sum k',
    'sanboot k',
    'sanhook --drive 0x80 k',
    'sanboot --filename \\EFI\\BOOT\\BOOTX64.EFI k',
    'time chain k',
    'kernel --name other k initrd=initrd',
    'kernel --name=other --timeout=5 k',
    'kernel -n other -t5 k',
    'chain -ar k',
    'chain -an other k',
    'chain --autofree --replace k',
    'chain -- k',
    ':label kernel k',
    'isset ${x} && chain k || shell',
    'echo a ; chain k',
    '  \tchain\tk  ',
    'chain k#fragment',
    'chain k##params',
    'chain k?token=secret',
    'chain k?url=http://192.0.2.1/',
  ]) {
    it(`finds "k" in "${command}"`, () => {
      expect(relativeLinks(`#!ipxe\n${command}`)).to.match([
        {path: 'k', line: 2, column: command.search(/\bk(?!ernel)/) + 1},
      ]);
    });
  }

  it('leaves out who the user is', () => {
    expect(linksIn('kernel //user:secret@192.0.2.1/k')).to.eql([
      '2:8 //192.0.2.1/k',
    ]);
  });

  for (const link of [
    '/images/kernel',
    './kernel',
    '../kernel',
    'kernel-${buildarch}',
    '../${uuid}/kernel',
    // iPXE knows an authority behind a scheme only.
    '//192.0.2.1/kernel',
    'a1:b',
  ]) {
    it(`takes ${link} for relative`, () => {
      expect(linksIn(`kernel ${link}`)).to.eql([`2:8 ${link}`]);
    });
  }

  for (const command of [
    'kernel http://192.0.2.1/kernel initrd=initrd root=/dev/ram0',
    'kernel HTTPS://192.0.2.1/kernel',
    'initrd tftp://192.0.2.1/initrd',
    'kernel file:/kernel',
    'sanboot iscsi:192.0.2.1::::iqn.2010-04.org.example:x',
    'sanboot --no-describe || exit 0',
    'sanboot --drive 0x80',
    'chain ${next}',
    'chain ${base}/../kernel',
    'boot',
    'boot || goto retry',
    'imgfree kernel',
    'imgstat kernel',
    'goto kernel',
    'set x ../kernel',
    'echo kernel ../kernel',
    '# kernel ../kernel',
    'boot # kernel ../kernel',
    ':kernel',
    'time',
    'kernel',
    'kernel --name',
    'toString k',
    '',
  ]) {
    it(`finds none in "${command}"`, () => {
      expect(linksIn(command)).to.be.empty();
    });
  }

  it('does not take the name of an image for a link', () => {
    expect(
      linksIn(
        'imgfetch --name script http://192.0.2.1/a',
        'chain script',
        'kernel http://192.0.2.1/x/vmlinuz?a=b quiet',
        'imgargs vmlinuz loud',
        'boot vmlinuz',
        'initrd ../bundle',
        'imgverify vmlinuz bundle',
      ),
    ).to.eql(['7:8 ../bundle']);
  });

  it('takes a name for a link where there is no such image', () => {
    expect(linksIn('chain a.ipxe || chain a.ipxe')).to.eql([
      '2:7 a.ipxe',
      '2:23 a.ipxe',
    ]);
  });

  it('takes the name of an image for a link where it is downloaded', () => {
    expect(
      linksIn('initrd --name bundle http://192.0.2.1/b', 'initrd bundle'),
    ).to.eql(['3:8 bundle']);
  });

  it('reads a command over several lines, and tells the right one', () => {
    expect(
      linksIn(
        'kernel \\',
        '  --name x \\\r',
        '  a \\',
        '  initrd=initrd',
        'initrd b\\',
        'c',
        'initrd d',
      ),
    ).to.eql(['4:3 a', '6:8 bc', '8:8 d']);
  });

  it('knows lines that end in CR LF, and a last one without end', () => {
    expect(linksIn('kernel a\r', 'initrd b')).to.eql(['2:8 a', '3:8 b']);
  });

  it('ends with a script that ends in a backslash', () => {
    expect(linksIn('kernel a\\')).to.eql(['2:8 a']);
  });

  it('ends soon with a command over very many lines', () => {
    const lines = Array.from({length: 100_000}, () => 'sanboot a \\');
    expect(linksIn(...lines)).to.have.length(199_999);
  });
});
