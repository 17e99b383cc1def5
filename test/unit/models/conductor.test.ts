import {expect} from '@loopback/testlab';
import {Conductor, isAlive} from '../../../src';

const NOW = Date.parse('2026-11-22T20:00:00Z');

function conductor(properties: Partial<Conductor>): Conductor {
  return {
    id: 1,
    hostname: 'conductor-a',
    conductorGroup: '',
    online: true,
    hardwareTypes: [],
    ...properties,
  };
}

describe('isAlive', () => {
  const secondsAgo = (seconds: number) => new Date(NOW - seconds * 1000);

  for (const [what, properties, heartbeatTimeout, alive] of [
    ['a fresh heartbeat', {heartbeatAt: secondsAgo(1)}, 60, true],
    ['one at the limit', {heartbeatAt: secondsAgo(60)}, 60, true],
    ['one past the limit', {heartbeatAt: secondsAgo(60.001)}, 60, false],
    ['one in the future', {heartbeatAt: secondsAgo(-99)}, 60, true],
    ['none, ever', {heartbeatAt: new Date(0)}, 60, false],
    ['none, ever, and no limit', {heartbeatAt: new Date(0)}, 0, true],
    ['no need of any', {}, 60, true],
    [
      'a fresh one, but offline',
      {heartbeatAt: NOW_DATE(), online: false},
      60,
      false,
    ],
    ['no limit, but offline', {online: false}, 0, false],
  ] as const) {
    it(`is ${alive} with ${what}`, () => {
      expect(isAlive(conductor(properties), heartbeatTimeout, NOW)).to.equal(
        alive,
      );
    });
  }
});

function NOW_DATE(): Date {
  return new Date(NOW);
}
