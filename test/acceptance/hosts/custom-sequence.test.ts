import {inject} from '@loopback/core';
import {
  FindRoute,
  InvokeMethod,
  ParseParams,
  Reject,
  RequestContext,
  RestBindings,
  Send,
  SequenceHandler,
} from '@loopback/rest';
import {
  askFor,
  BootRequest,
  expectNotFound,
  expectServed,
  MAC,
  REFUSED,
  useHost,
} from '../support';

const {SequenceActions} = RestBindings;

/** A sequence of the host's own that runs no middleware. */
class BareSequence implements SequenceHandler {
  constructor(
    @inject(SequenceActions.FIND_ROUTE) private readonly findRoute: FindRoute,
    @inject(SequenceActions.PARSE_PARAMS) private readonly parse: ParseParams,
    @inject(SequenceActions.INVOKE_METHOD)
    private readonly invoke: InvokeMethod,
    @inject(SequenceActions.SEND) private readonly send: Send,
    @inject(SequenceActions.REJECT) private readonly reject: Reject,
  ) {}

  async handle(context: RequestContext): Promise<void> {
    const {request, response} = context;
    try {
      response.setHeader('X-Host', 'ours');
      const route = this.findRoute(request);
      const args = await this.parse(request, route);
      this.send(response, await this.invoke(route, args));
    } catch (error) {
      this.reject(context, error as Error);
    }
  }
}

describe('A RestApplication with a sequence without middleware', () => {
  const host = useHost({after: app => app.sequence(BareSequence)});

  it('serves scripts', async () => {
    expectServed(await askFor(host()));
    expectServed(await askFor(host(), {mac: MAC.waitingToo.toUpperCase()}));
  });

  const routed: Record<string, BootRequest> = Object.fromEntries(
    [
      'a malformed MAC address',
      'a MAC address of no node',
      'a node in another state',
      'an unknown name',
      'a malformed name',
      'a conductor that cannot be reached',
      'no conductor at all',
    ].map(what => [what, REFUSED[what]]),
  );
  for (const [what, request] of Object.entries(routed)) {
    it(`gives the constant 404 to ${what}`, async () => {
      expectNotFound(await askFor(host(), request));
    });
  }
});
