import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {OpenApiSpec} from '@loopback/rest';
import {expect, validateApiSpec} from '@loopback/testlab';
import {openApiDocument} from '../../scripts/openapi';
import {projectRoot} from '../support/project';

/** The parts of the document that are looked at. */
interface Document {
  paths: Record<string, {get: Operation}>;
}

interface Operation {
  'x-ironic-unversioned': boolean;
  responses: Record<string, {content?: object; headers: object}>;
}

describe('openapi.json', () => {
  let checkedIn: string;

  before(async () => {
    checkedIn = await readFile(join(projectRoot, 'openapi.json'), 'utf8');
  });

  it('is what the application says of itself (else: npm run docs)', async () => {
    expect(checkedIn).to.equal(await openApiDocument());
  });

  it('is a valid OpenAPI document', async () => {
    await validateApiSpec(JSON.parse(checkedIn) as OpenApiSpec);
  });

  it('documents all answers, as text, and the operation as unversioned', () => {
    const {paths} = JSON.parse(checkedIn) as Document;
    expect(Object.keys(paths)).to.eql(['/v1/boot/{mac}/{name}']);
    const {get} = paths['/v1/boot/{mac}/{name}'];
    expect(get['x-ironic-unversioned']).to.be.true();
    expect(Object.keys(get.responses)).to.eql(['200', '302', '404']);
    for (const status of ['200', '404']) {
      const {content} = get.responses[status];
      expect(Object.keys(content!)).to.eql(['text/plain; charset=utf-8']);
    }
    expect(Object.keys(get.responses['302'].headers)).to.containEql('Location');
  });
});
