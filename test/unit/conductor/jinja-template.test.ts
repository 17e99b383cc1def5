import {expect} from '@loopback/testlab';
import {jinjaTemplateOf} from '../../../src/conductor/jinja-template';

describe('jinjaTemplateOf', () => {
  for (const end of ['', '\n', '\n\n', '\r\n', '\r']) {
    it(`has no newline at the end: ${JSON.stringify(end)}`, () => {
      expect(jinjaTemplateOf(`#!ipxe\necho x${end}`)).to.equal(
        '#!ipxe\necho x',
      );
    });
  }

  it('keeps what Jinja keeps', () => {
    const script =
      '#!ipxe\r\necho ${net${idx}/mac} }} %} #} { { \u2028\n\n# %\n';
    expect(jinjaTemplateOf(script)).to.equal(
      '#!ipxe\necho ${net${idx}/mac} }} %} #} { { \u2028\n\n# %',
    );
  });

  for (const tag of ['{{', '{%', '{#']) {
    it(`refuses ${tag}`, () => {
      expect(() => jinjaTemplateOf(`#!ipxe\necho ${tag} x\n`)).to.throw(
        `what it renders to has "${tag}" in it, which Ironic would take for a tag of Jinja's`,
      );
    });
  }
});
