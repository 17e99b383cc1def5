import net from 'node:net';
import {expect} from '@loopback/testlab';
import {request} from '../../acceptance/system/support';
import {eventually} from '../../support/eventually';
import {Stand, TARGET, tcpTable} from '../support';

const CLIENTS = 20;

// More than the system takes off the server's hands.
const SCRIPT_SIZE = 8_000_000;

// Twice the time without progress after which the server gives up.
const CUT_MS = 60_000;

describe('serve, among clients that never read their answers', function () {
  this.timeout(120_000);

  let stand: Stand;
  const clients: net.Socket[] = [];

  before(async () => {
    stand = await Stand.create({scriptSize: SCRIPT_SIZE});
    await stand.startApi({boot_config: {request_timeout: 5}});
    expect(await stand.fleet.ask()).to.be.true();
    for (let client = 0; client < CLIENTS; client++) {
      const socket = net.connect(stand.api.port, '127.0.0.1').pause();
      socket.on('error', () => {});
      socket.write(request(TARGET));
      clients.push(socket);
    }
  });
  after(async () => {
    for (const socket of clients) socket.destroy();
    await stand?.remove();
  });

  /** Connections that the server has not closed. */
  async function connections(): Promise<number> {
    const {port} = stand.api;
    return (await tcpTable()).filter(end => end.localPort === port).length;
  }

  it('serves others', async () => {
    await eventually(
      'all have their answers',
      () => stand.api.requestLog.length === 1 + CLIENTS,
      {timeoutMs: CUT_MS},
    );
    expect(await connections()).to.equal(CLIENTS);
    expect(await stand.fleet.ask()).to.be.true();
  });

  it('closes their connections', async () => {
    await eventually(
      'the server has none',
      async () => (await connections()) === 0,
      {timeoutMs: CUT_MS},
    );
    expect(await stand.fleet.ask()).to.be.true();
  });
});
