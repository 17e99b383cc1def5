import {expect} from '@loopback/testlab';
import {BadQuery, BootEvent, parseEventQuery} from '../../../src';
import {givenEvent} from './given-event';

const NOW = Date.parse('2026-01-31T12:00:00Z');
const NODE = '1be26c0b-03f2-4d2e-ae87-c02d7f33c10d';

describe('The query for events', () => {
  const event = givenEvent({
    mac: '52-54-00-AB-CD-EF',
    address: '52:54:00:ab:cd:ef',
    node: NODE,
    node_name: 'rack-1',
    outcome: 'refused',
    reason: 'state_restricted',
    time: '2026-01-31T11:50:00.000Z',
  });

  for (const query of [
    '',
    'mac=',
    'mac=52:54:00:ab:cd:ef',
    'mac=52-54-00-AB-CD-EF',
    'mac=5254.00ab.cdef',
    'mac=525400ABCDEF',
    `node=${NODE}`,
    'node=rack-1',
    'outcome=refused',
    'outcome=served,refused',
    'reason=state_restricted',
    'reason=no_conductor,state_restricted',
    'since=15m',
    'since=1d',
    'since=2026-01-31T11:50:00Z',
    'since=2026-01-31',
    'since=2026-01-31T12:50:00%2B01:00',
    `mac=525400abcdef&node=${NODE}&reason=state_restricted&since=1h`,
  ]) {
    it(`finds it by ${query || 'nothing'}`, () => {
      expect(finds(query, event)).to.be.true();
    });
  }

  for (const query of [
    'mac=52:54:00:ab:cd:ee',
    'node=rack-2',
    'outcome=served',
    'reason=no_conductor',
    'since=90s',
    'since=2026-01-31T11:50:01Z',
    'mac=525400abcdef&node=rack-2',
  ]) {
    it(`does not find it by ${query}`, () => {
      expect(finds(query, event)).to.be.false();
    });
  }

  it('does not find by reason what was served', () => {
    const served = givenEvent({outcome: 'served', reason: undefined});
    expect(finds('reason=state_restricted', served)).to.be.false();
  });

  for (const [query, message] of [
    ['mac=52:54', /^mac=52:54: expected a MAC address/],
    ['outcome=failed', /^outcome=failed: expected one or more of served, redi/],
    ['reason=nothing', /^reason=nothing: expected one or more of disabled, /],
    ['since=yesterday', /^since=yesterday: expected a time such as 2026-/],
    ['since=2026-13-45', /^since=2026-13-45: expected a time/],
    ['limit=0', /^limit=0: expected an integer from 1 to 1000/],
    ['limit=1001', /^limit=1001: expected/],
    ['limit=ten', /^limit=ten: expected/],
    ['before=x', /^before=x: expected the id of an event/],
    ['last_event_id=-1', /^last_event_id=-1: expected the id of an event/],
    ['adress=x', /^there is no parameter "adress"; known are mac, node, /],
  ] as const) {
    it(`is refused as ${query}, with what was expected`, () => {
      expect(() => parse(query)).to.throw(BadQuery, {
        message,
      });
    });
  }

  it('is for 100 events unless told otherwise', () => {
    expect(parse('').limit).to.equal(100);
    expect(parse('limit=1000').limit).to.equal(1000);
  });
});

function parse(query: string) {
  return parseEventQuery(new URLSearchParams(query), NOW);
}

function finds(query: string, event: BootEvent): boolean {
  return parse(query).filter(event);
}
