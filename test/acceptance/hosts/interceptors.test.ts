import {
  asGlobalInterceptor,
  GenericInterceptor,
  Interceptor,
  InvocationContext,
} from '@loopback/core';
import {HttpErrors, RequestContext, RestBindings, Route} from '@loopback/rest';
import {expect} from '@loopback/testlab';
import {
  askFor,
  expectNotFound,
  expectServed,
  HostOptions,
  itKeepsTheContract,
  MAC,
  scriptOf,
  useHost,
  WAITING_NODE,
} from '../support';

function withInterceptor(interceptor: Interceptor): HostOptions {
  return {
    after: app =>
      app
        .bind('globalInterceptors.ofTheHost')
        .to(interceptor)
        .apply(asGlobalInterceptor('ofTheHost')),
  };
}

/** The request that an interceptor works for. */
async function requestOf(
  invocation: InvocationContext,
): Promise<RequestContext> {
  return invocation.get<RequestContext>(RestBindings.Http.CONTEXT.key);
}

describe('A host with a global interceptor that counts', () => {
  const seen: string[] = [];
  const host = useHost(
    withInterceptor(async (invocation, next) => {
      const {value: route} = invocation.source as {value: Route};
      const {request} = await requestOf(invocation);
      const {targetClass, methodName} = invocation;
      const result = await next();
      seen.push(
        `${request.method} ${route.path} ${targetClass.name}.${methodName}`,
      );
      return result;
    }),
  );
  beforeEach(() => seen.splice(0));

  itKeepsTheContract(host);

  it('runs it for what goes to the controller, route in hand', async () => {
    await askFor(host());
    await askFor(host(), {method: 'HEAD', mac: MAC.unknown});
    const route = '/v1/boot/{mac}/{name} BootController.getBootConfig';
    expect(seen).to.eql([`GET ${route}`, `HEAD ${route}`]);
  });
});

const REFUSING: Record<string, GenericInterceptor<InvocationContext>> = {
  'throws an HTTP error': () => {
    throw new HttpErrors.ImATeapot('short and stout');
  },
  'rejects with an HTTP error': async () => {
    throw new HttpErrors.Unauthorized('who are you?');
  },
  'throws what is no error': () => {
    // eslint-disable-next-line @typescript-eslint/only-throw-error
    throw 'a text';
  },
  'throws nothing at all': () => {
    // eslint-disable-next-line @typescript-eslint/only-throw-error
    throw undefined;
  },
  'sets a status and headers and throws': async invocation => {
    const {response} = await requestOf(invocation);
    response.status(503).set('Retry-After', '1');
    response.statusMessage = 'Come back later';
    throw new Error('too much to do');
  },
  'returns something else': () => 'short circuit',
  'returns nothing': () => undefined,
};

for (const [what, interceptor] of Object.entries(REFUSING)) {
  describe(`A host with a global interceptor that ${what}`, () => {
    const host = useHost(withInterceptor(interceptor));
    beforeEach(() => {
      host().logger.clear();
      host().conductor.reset();
    });

    it('gives the constant 404', async () => {
      expectNotFound(await askFor(host()));
      expectNotFound(await askFor(host(), {mac: MAC.unknown}));
    });

    it('asks nothing of the conductor and tells the reason in the log', async () => {
      await askFor(host());
      expect(host().conductor.calls).to.be.empty();
      expect(host().logger.only).to.containDeep({
        level: 'error',
        details: {reason: 'internal_error'},
      });
    });
  });
}

const FAILING_LATE: Record<string, GenericInterceptor<InvocationContext>> = {
  'throws once the answer is given': async (_invocation, next) => {
    await next();
    throw new HttpErrors.ImATeapot('short and stout');
  },
  'sets a header once the answer is given': async (invocation, next) => {
    const result: unknown = await next();
    const {response} = await requestOf(invocation);
    response.setHeader('X-Time', '1');
    return result;
  },
  'returns something else once the answer is given': async (_ctx, next) => {
    await next();
    return 'something else';
  },
};

for (const [what, interceptor] of Object.entries(FAILING_LATE)) {
  describe(`A host with a global interceptor that ${what}`, () => {
    const host = useHost(withInterceptor(interceptor));

    itKeepsTheContract(host);

    it('sends large scripts whole', async () => {
      const script = scriptOf(WAITING_NODE) + '# \n'.repeat(60_000);
      host().conductor.returns(script);
      const {body} = await askFor(host());
      expect(body.toString() === script).to.be.true();
    });

    it('logs the request as served', async () => {
      host().logger.clear();
      expectServed(await askFor(host()));
      const reasons = host().logger.requests.map(r => r.details.reason);
      expect(reasons.filter(Boolean)).to.be.empty();
    });
  });
}

describe('A host with a global interceptor that breaks off half-way', () => {
  const host = useHost(
    withInterceptor(async invocation => {
      const {response} = await requestOf(invocation);
      response.set('Content-Length', '100');
      await new Promise(sent => response.write('#!ipxe\n', sent));
      throw new Error('out of ideas');
    }),
  );

  it('cuts the connection, so that no firmware takes it for whole', async () => {
    const answer = await askFor(host());
    expect(answer.body.toString()).to.equal('#!ipxe\n');
  });
});
