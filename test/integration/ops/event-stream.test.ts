import {once} from 'node:events';
import {createServer, Server, ServerResponse} from 'node:http';
import net, {AddressInfo} from 'node:net';
import {expect} from '@loopback/testlab';
import {EventStore} from '../../../src';
import {EventStream} from '../../../src/ops/event-stream';
import {eventually} from '../../support/eventually';
import {givenEvent} from '../../unit/ops/given-event';

const CAPACITY = 100;
// Far more than the buffers of the kernel take.
const MANY = 50_000;

describe('A stream of events whose reader reads nothing', () => {
  let server: Server;
  let store: EventStore;
  let response: ServerResponse;
  let reader: net.Socket;
  let received = '';
  let lost = 0;

  before(async () => {
    store = new EventStore(CAPACITY);
    server = createServer((_request, res) => {
      response = res;
      new EventStream(
        res,
        store,
        () => true,
        store.next,
        events => {
          lost += events;
        },
      );
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const {port} = server.address() as AddressInfo;
    reader = net.connect(port, '127.0.0.1');
    reader.setEncoding('utf8').write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(reader, 'readable');
    reader.pause();
    for (let i = 0; i < MANY; i++) {
      store.take(givenEvent());
      // So that the stream has its turns.
      if (i % 50 === 0) await new Promise(resolve => setImmediate(resolve));
    }
  });
  after(() => {
    reader.destroy();
    server.closeAllConnections();
    server.close();
  });

  it('takes no memory but that of the events which are kept anyway', () => {
    expect(response.writableNeedDrain).to.be.true();
    expect(response.writableLength).to.be.below(256 * 1024);
  });

  it('tells the reader what it missed, and goes on with what is kept', async () => {
    reader.on('data', (chunk: string) => (received += chunk));
    reader.resume();
    const newest = store.at(store.next - 1).id;
    await eventually('the newest one is there', () =>
      received.includes(`id: ${newest}\n`),
    );
    const told = [
      ...received.matchAll(/event: lost\r?\ndata: {"events":(\d+)}/g),
    ]
      .map(([, events]) => Number(events))
      .reduce((sum, events) => sum + events, 0);
    const ids = [...received.matchAll(/^id: (\d+)$/gm)].map(([, id]) => +id);
    expect(told).to.be.above(0);
    expect(told).to.equal(lost);
    expect(ids.length + told).to.equal(MANY);
    expect(ids).to.eql([...ids].sort((a, b) => a - b));
  });

  it('is given up by the server with its connection', async () => {
    reader.destroy();
    await once(response, 'close');
    const {length} = received;
    store.take(givenEvent());
    await new Promise(resolve => setImmediate(resolve));
    expect(received).to.have.length(length);
  });
});
