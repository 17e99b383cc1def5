import {expect} from '@loopback/testlab';
import {Conductor, Deployment, Wire} from '../../acceptance/system/support';
import {footprintOf, untilFootprintIsBack} from './footprint';
import {JsonRpcFuzz, RpcAttempt, SoundCall} from './json-rpc-fuzz';
import {Random, SEED} from './random';
import {withSmallHeap} from './small-heap';

export interface JsonRpcFuzzing {
  requests: number;
  /** Connections at a time. */
  connections: number;
}

const HOST = '127.0.0.11';
const SCRIPT = '#!ipxe\necho secret-of-the-script\nboot\n';

// The part of the requests after which the memory is that of work.
const WARM_UP = 0.2;
const LONGEST_MS = 600_000;

// A request that is too large is refused and its connection closed.
const LARGEST_BODY = 128 * 1024;

/** What a request is refused with: JSON-RPC's own codes, and NotFound. */
const CODES = [-32700, -32600, -32601, -32602, 404];

/** What Wire says where the connection was closed without an answer. */
const NOTHING = 'closed after ""';

interface Answer {
  jsonrpc: string;
  id: unknown;
  result?: string;
  error?: {code: number; message: string; data?: {class: string}};
}

export function describeJsonRpcFuzz(options: JsonRpcFuzzing): void {
  const calls: SoundCall[] = [];
  let deployment: Deployment;
  let conductor: Conductor;

  before(async function () {
    this.timeout(60_000);
    deployment = await Deployment.create();
    await deployment.register({hostname: HOST});
    conductor = await withSmallHeap(() => deployment.startConductor(HOST));
    const uuid = await deployment.addNode({macs: ['52:54:00:00:00:01']});
    await conductor.write(uuid, SCRIPT);
    for (const nodeId of [uuid, 1, '1']) {
      calls.push({nodeId, name: 'boot.ipxe'});
    }
  });
  after(() => deployment?.remove());

  it(`answers each right, and else with an error (FUZZ_SEED=${SEED})`, async function () {
    this.timeout(LONGEST_MS);
    const {pid} = conductor.process;
    const idle = await footprintOf(pid);
    expect(await fuzz(0, options.requests * WARM_UP)).to.equal('');
    idle.resident = (await footprintOf(pid)).resident;
    expect(await fuzz(1, options.requests * (1 - WARM_UP))).to.equal('');
    // The connections to the database.
    await untilFootprintIsBack(pid, idle, 5);
  });

  it('takes nothing of it for a fault of its own', () => {
    const complaints = conductor.process.lines.filter(line =>
      /"level":"(warn|error)"/.test(line),
    );
    expect(complaints).to.eql([]);
  });

  it('lives on when it is sent no HTTP', async () => {
    const random = new Random(SEED);
    for (let count = 0; count < 100; count++) {
      const wire = await open();
      wire.send(`${random.bytes(random.below(200))}\0\r\n\r\n`);
      expect(await wire.rest()).to.match(/^HTTP\/1\.1 400 Bad Request\r\n/);
    }
    await expectAnswers();
  });

  it('answers afterwards as before', () => expectAnswers());

  function open(): Promise<Wire> {
    return Wire.open(deployment.rpcPort, HOST);
  }

  /** @returns what went wrong, the first of it */
  async function fuzz(phase: number, requests: number): Promise<string> {
    const faults: string[] = [];
    let left = requests;
    await Promise.all(
      Array.from({length: options.connections}, async (_, index) => {
        const random = new Random(SEED + phase * options.connections + index);
        const fuzzer = new JsonRpcFuzz(random, calls);
        let wire = await open();
        while (left-- > 0 && faults.length === 0) {
          const attempt = fuzzer.attempt();
          wire.send(post(attempt.body));
          const answer = await wire
            .answer()
            .catch((error: Error) => error.message);
          const fault = faultOf(attempt, answer);
          if (fault) faults.push(`${fault}: ${inShort(attempt, answer)}`);
          if (attempt.body.length <= LARGEST_BODY) continue;
          wire.close();
          wire = await open();
        }
        wire.close();
      }),
    );
    return faults.slice(-3).join('\n');
  }

  async function expectAnswers(): Promise<void> {
    const wire = await open();
    for (const {nodeId, name} of calls) {
      const params = {context: {}, node_id: nodeId, name};
      const method = 'get_boot_config';
      wire.send(post(JSON.stringify({jsonrpc: '2.0', id: 1, method, params})));
      expect(await wire.answer()).to.match(/"result":"#!ipxe/);
    }
    wire.close();
  }
}

function post(body: string): string {
  return (
    'POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n' +
    `Content-Length: ${body.length}\r\n\r\n${body}`
  );
}

/** Why an answer is none that the request may have. */
function faultOf(
  {body, isSound}: RpcAttempt,
  answer: string,
): string | undefined {
  const [head, content] = answer.split('\r\n\r\n');
  const [status] = head.split('\r\n');
  if (body.length > LARGEST_BODY) {
    // A client that is still sending may not get to see the answer.
    return ['HTTP/1.1 413 Payload Too Large', NOTHING].includes(status)
      ? undefined
      : 'too large a request is not refused';
  }
  // A notification.
  if (status === 'HTTP/1.1 204 No Content') {
    return isSound ? 'a call is not answered' : undefined;
  }
  if (status !== 'HTTP/1.1 200 OK') return 'it has another status';
  const {jsonrpc, id, result, error, ...others} = JSON.parse(content) as Answer;
  if (jsonrpc !== '2.0' || id === undefined) return 'it is no JSON-RPC';
  if (Object.keys(others).length > 0) return 'it has more in it';
  if (result !== undefined) {
    return result === SCRIPT ? undefined : 'it has another result';
  }
  if (isSound) return 'a sound call has no result';
  if (!CODES.includes(error!.code)) return 'it has another code';
  return /secret|httpboot|\bat \//.test(content)
    ? 'it tells of what is inside'
    : undefined;
}

function inShort({body}: RpcAttempt, answer: string): string {
  const LONGEST = 1000;
  return [body, answer]
    .map(text => JSON.stringify(text.slice(0, LONGEST)))
    .join('\n');
}
