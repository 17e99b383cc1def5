import {http, RogueStand, Roguery} from '../support';

// So often that 7 KB left behind each time would be seen.
const TIMES = 20_000;

describe('serve, as a conductor for long', function () {
  this.timeout(300_000);

  let stand: RogueStand;

  before(async () => {
    // So that it is called every time.
    stand = await RogueStand.create({conductor_backoff_max: 0.001});
    await stand.begin();
    // Until the memory has the size that it takes at work.
    await stand.askAgainAndAgain(TIMES / 4);
  });
  beforeEach(() => stand.begin());
  after(() => stand?.remove());

  it('never reads a request', async () => {
    stand.rogue.readNothing();
    await stand.expectRefused('conductor_timeout');
    await stand.askAgainAndAgain(80);
    await stand.expectRecovery();
  });

  it('never answers', async () => {
    stand.rogue.misbehave(() => {});
    await stand.expectRefused('conductor_timeout');
    await stand.askAgainAndAgain(80);
    await stand.expectRecovery();
  });

  const rogueries: [string, Roguery][] = [
    ['closes its connections', ({socket}) => socket.end()],
    ['resets its connections', ({socket}) => socket.resetAndDestroy()],
    ['answers with nonsense', ({socket}) => socket.write(http('200 OK', '}'))],
    [
      'wants authentication',
      ({socket}) => socket.write(http('401 Unauthorized', '{}')),
    ],
    [
      'answers with errors',
      ({socket, id}) => {
        const error = {code: 500, message: 'x'.repeat(1000)};
        socket.write(http('200 OK', JSON.stringify({id, error})));
      },
    ],
    [
      'breaks off its answers',
      ({socket, id}) => {
        const answer = http('200 OK', stand.rogue.resultFor(id));
        socket.end(answer.slice(0, -5));
      },
    ],
  ];
  for (const [what, roguery] of rogueries) {
    it(`${what} (${TIMES} times)`, async () => {
      stand.rogue.misbehave(roguery);
      await stand.askAgainAndAgain(TIMES);
      await stand.expectRecovery();
    });
  }
});
