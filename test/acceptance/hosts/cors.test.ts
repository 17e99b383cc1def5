import {createRestAppClient, expect} from '@loopback/testlab';
import {
  askFor,
  dateless,
  expectNotFound,
  expectServed,
  itKeepsTheContract,
  MAC,
  useHost,
} from '../support';

const ORIGIN = {Origin: 'http://example.org'};

for (const [what, cors] of Object.entries({
  'as LoopBack has it': undefined,
  'that allows credentials of one origin': {
    origin: 'http://example.org',
    credentials: true,
    exposedHeaders: ['X-Secret'],
  },
  'that leaves preflights to the routes': {preflightContinue: true},
})) {
  describe(`A host with CORS ${what}`, () => {
    const host = useHost({rest: {cors}});

    itKeepsTheContract(host);

    it('changes nothing for an Origin', async () => {
      expectServed(await askFor(host(), {headers: ORIGIN}));
      expectNotFound(await askFor(host(), {mac: MAC.unknown, headers: ORIGIN}));
    });

    it('gives preflights of all of the branch the 404', async () => {
      const preflight = {
        method: 'OPTIONS',
        headers: {...ORIGIN, 'Access-Control-Request-Method': 'GET'},
      };
      const answers = await Promise.all([
        askFor(host(), preflight),
        askFor(host(), {...preflight, target: '/v1/boot'}),
        askFor(host(), {...preflight, target: '/V1/BOOT/x'}),
      ]);
      answers.forEach(expectNotFound);
      expect(dateless(answers[1])).to.eql(dateless(answers[2]));
    });

    it('has its CORS elsewhere', async () => {
      const answer = await createRestAppClient(host())
        .get('/openapi.json')
        .set(ORIGIN);
      expect(answer.headers).to.have.property('access-control-allow-origin');
    });
  });
}
