import {expect} from '@loopback/testlab';
import {substitute} from '../../../src/config/substitute';

const OPTIONS: Record<string, string> = {
  my_ip: '192.0.2.1',
  _x1: 'underscore',
  empty: '',
  dollar: '$my_ip',
  'api.port': '6385',
  'a.b.c': 'deep',
};

function substituted(value: string): string {
  return substitute(value, (section, name) => {
    const path = section === undefined ? name : `${section}.${name}`;
    return Object.hasOwn(OPTIONS, path) ? OPTIONS[path] : undefined;
  });
}

describe('substitute', () => {
  for (const [value, expected] of [
    ['no reference', 'no reference'],
    ['', ''],
    ['$my_ip', '192.0.2.1'],
    ['${my_ip}', '192.0.2.1'],
    ['http://$my_ip:8080/', 'http://192.0.2.1:8080/'],
    ['$my_ip$my_ip-${my_ip}x', '192.0.2.1192.0.2.1-192.0.2.1x'],
    [
      'http://$my_ip/a\nhttp://$my_ip/b',
      'http://192.0.2.1/a\nhttp://192.0.2.1/b',
    ],
    ['$_x1', 'underscore'],
    ['<$empty>', '<>'],
    ['${api.port}', '6385'],
    ['$api.port/', '6385/'],
    ['${a.b.c}', 'deep'],
    // The replacement is not looked through again.
    ['$dollar', '$my_ip'],
    ['$$my_ip', '$my_ip'],
    ['\\$my_ip', '$my_ip'],
    ['$$$my_ip', '$192.0.2.1'],
    ['\\$$my_ip', '$192.0.2.1'],
    ['a$$b$$', 'a$b$'],
    ['cost: 5$', 'cost: 5$'],
    ['$5 ${} ${a b} $- ${my_ip', '$5 ${} ${a b} $- ${my_ip'],
    ['C:\\my_ip', 'C:\\my_ip'],
  ]) {
    it(`makes ${JSON.stringify(expected)} of ${JSON.stringify(value)}`, () => {
      expect(substituted(value)).to.eql(expected);
    });
  }

  for (const [value, reference] of [
    ['x$nothing/', '$nothing'],
    ['${nothing}', '${nothing}'],
    ['${api.nothing}', '${api.nothing}'],
    ['$MY_IP', '$MY_IP'],
    // The dot belongs to the name, as in oslo.config.
    ['http://$my_ip.example.org/', '$my_ip.example.org'],
    ['It is $my_ip.', '$my_ip.'],
  ]) {
    it(`refuses ${JSON.stringify(value)} by the name of its reference`, () => {
      expect(() => substituted(value)).to.throw(
        `${reference} refers to an option that is not set`,
      );
    });
  }

  it('hands on what the lookup throws', () => {
    expect(() =>
      substitute('$a', () => {
        throw new Error('a circle');
      }),
    ).to.throw('a circle');
  });
});
