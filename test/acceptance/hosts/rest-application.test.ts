import {get} from '@loopback/rest';
import {createRestAppClient, expect} from '@loopback/testlab';
import {
  dateless,
  itKeepsTheContract,
  MAC,
  scriptOf,
  send,
  useHost,
  WAITING_NODE,
} from '../support';

class BootfooController {
  @get('/v1/bootfoo')
  foo() {
    return {foo: true};
  }

  @get('/v1')
  versions() {
    return {id: 'v1'};
  }
}

describe('A plain RestApplication with the component', () => {
  const host = useHost({after: app => app.controller(BootfooController)});

  itKeepsTheContract(host);

  it('serves scripts to the ordinary test client', async () => {
    const client = createRestAppClient(host());
    await client
      .get(`/v1/boot/${MAC.waiting}/boot.ipxe`)
      .expect('Content-Type', 'text/plain; charset=utf-8')
      .expect(200, scriptOf(WAITING_NODE));
  });

  it('answers its own paths, those with the same beginning too', async () => {
    const client = createRestAppClient(host());
    await client.get('/v1/bootfoo').expect(200, {foo: true});
    await client.get('/v1').expect(200, {id: 'v1'});
    await client.get('/v1/boo').expect(404);
    await client.get('/boot/v1').expect(404);
  });

  it('keeps its CORS headers and its OpenAPI document elsewhere', async () => {
    const client = createRestAppClient(host());
    await client
      .get('/v1/bootfoo')
      .set('Origin', 'http://example.org')
      .expect('Access-Control-Allow-Origin', '*');
    const {body} = (await client.get('/openapi.json').expect(200)) as {
      body: {paths: object};
    };
    expect(Object.keys(body.paths)).to.containDeep([
      '/v1/boot/{mac}/{name}',
      '/v1/bootfoo',
    ]);
  });

  it('takes the absolute form of a request target', async () => {
    const target = `http://ironic.example.org/v1/boot/${MAC.waiting}/boot.ipxe`;
    const answer = await send(host().port, {target});
    expect(answer.body.toString()).to.equal(scriptOf(WAITING_NODE));
    const bad = await send(host().port, {target: `${target}x?y`});
    const usual = await send(host().port, {target: '/v1/boot'});
    expect(dateless(bad)).to.eql(dateless(usual));
  });
});
