import {expect} from '@loopback/testlab';
import {IniValue, parseIni, Sections} from '../../../src/config/ini';

/** What oslo.config 9.0 makes of the same text. */
const READ: Record<string, [string, Record<string, Record<string, string>>]> = {
  'an equals sign or a colon, whichever comes first': [
    '[s]\na = 1\nb: 2\nc=3\nurl = mysql://u:p@h/d?x=y\nd: http://a=b\n',
    {
      s: {a: '1', b: '2', c: '3', url: 'mysql://u:p@h/d?x=y', d: 'http://a=b'},
    },
  ],
  'white space around names and values': [
    '[s]   \na\t=\tb \t\nho st =  c\n',
    {s: {a: 'b', 'ho st': 'c'}},
  ],
  'an empty value': ['[s]\na =\nb:\n', {s: {a: '', b: ''}}],
  'whole lines of comment': ['# c\n; d\n[s]\n#a = 1\n;a = 2\n', {s: {}}],
  'no comment behind a value': [
    '[s]\na = 1 # x\nb = 2 ; y\n',
    {s: {a: '1 # x', b: '2 ; y'}},
  ],
  'the last of several assignments': [
    '[s]\na = 1\n[t]\na = 2\n[s]\na = 3\na = 4\n',
    {s: {a: '4'}, t: {a: '2'}},
  ],
  'quotes around a value': [
    `[s]\na = "x y"\nb = 'z'\nc = "  x  "\nd = ""\ne = """"\n`,
    {s: {a: 'x y', b: 'z', c: '  x  ', d: '', e: '""'}},
  ],
  'quotes that do not belong together': [
    `[s]\na = "x\nb = x"\nc = "x'\nd = "x" and "y"\ne = "\n`,
    {s: {a: '"x', b: 'x"', c: `"x'`, d: 'x" and "y', e: ''}},
  ],
  'a value that goes on in indented lines': [
    '[s]\na = 1,\n  2,\n\t3\nb = 4\n',
    {s: {a: '1,\n2,\n3', b: '4'}},
  ],
  'a value that begins in the next line': [
    '[s]\na =\n  1,\n  2\n',
    {s: {a: '\n1,\n2'}},
  ],
  'an indented comment as a part of the value': [
    '[s]\na = 1,\n  # 2,\n  3\n',
    {s: {a: '1,\n# 2,\n3'}},
  ],
  'an indented section as a part of the value': [
    '[s]\na = 1\n  [t]\nb = 2\n',
    {s: {a: '1\n[t]', b: '2'}},
  ],
  'quotes of the first line alone': [
    `[s]\na = "1"\n  "2"\nb = "3\n  4"\n`,
    {s: {a: '1\n"2"', b: '"3\n4"'}},
  ],
  'sections in any case, but for DEFAULT': [
    '[Api]\na = 1\n[API]\nb = 2\n[DEFAULT]\nc = 3\n[default]\nc = 4\n',
    {api: {a: '1', b: '2'}, DEFAULT: {c: '3'}, default: {c: '4'}},
  ],
  'names in their own case': ['[s]\nA = 1\na = 2\n', {s: {A: '1', a: '2'}}],
  'names of sections as they stand between the brackets': [
    '[ s ]\na = 1\n[t]u]\na = 2\n',
    {' s ': {a: '1'}, 't]u': {a: '2'}},
  ],
  'the line ends of every system': [
    '[s]\r\na = 1\r\n  2\r\n[t]\rb = 3\r[u]\nc = 4',
    {s: {a: '1\n2'}, t: {b: '3'}, u: {c: '4'}},
  ],
  'separators of Unicode inside a value': [
    '[s]\na = caf\u00e9\u2028x\n',
    {s: {a: 'caf\u00e9\u2028x'}},
  ],
  nothing: ['', {}],
};

/** Lines that oslo.config 9.0 refuses too, the number is that of the line. */
const REFUSED: Record<string, [string, RegExp]> = {
  'an assignment before any section': [
    '\na = 1\n',
    /^line 2: stands before any \[section\]/,
  ],
  'a line without an assignment': [
    '[s]\na = 1\nwords\n',
    /^line 3: is no "name = value"/,
  ],
  'an assignment without a name': ['[s]\n= 1\n', /^line 2: /],
  'a section that is not closed': ['[s\n', /^line 1: \[s is no/],
  'a section without a name': ['[]\n', /^line 1: /],
  'a comment behind a section': ['[s] # c\n', /^line 1: /],
  'a continuation after a blank line': [
    '[s]\na = 1\n\n  2\n',
    /^line 4: continues no option/,
  ],
  'a continuation after a line of blanks': [
    '[s]\na = 1\n   \n  2\n',
    /^line 4: continues no option/,
  ],
  'a continuation after a comment': [
    '[s]\na = 1\n# c\n  2\n',
    /^line 4: continues no option/,
  ],
  'a continuation of a section': ['[s]\n  1\n', /^line 2: continues no option/],
  'an indented first line': ['  [s]\n', /^line 1: continues no option/],
  'a byte order mark': ['\ufeff[s]\n', /^line 1: /],
};

describe('parseIni', () => {
  for (const [what, [text, expected]] of Object.entries(READ)) {
    it(`reads ${what}`, () => {
      expect(asObject(parseIni(text))).to.eql(expected);
    });
  }

  for (const [what, [text, message]] of Object.entries(REFUSED)) {
    it(`refuses ${what}`, () => {
      expect(() => parseIni(text)).to.throw(message);
    });
  }

  it('tells the line on which the value that counts begins', () => {
    const {a, b} = Object.fromEntries(
      parseIni('[s]\na = 1\n\n# c\nb =\n  2,\n  3\n[S]\na = 4\n').get('s')!,
    );
    expect([a, b]).to.eql([
      {text: '4', line: 9},
      {text: '\n2,\n3', line: 5},
    ]);
  });
});

function asObject(
  sections: Sections<IniValue>,
): Record<string, Record<string, string>> {
  return Object.fromEntries(
    [...sections].map(([section, options]) => [
      section,
      Object.fromEntries([...options].map(([name, {text}]) => [name, text])),
    ]),
  );
}
