import {OpenApiSpec} from '@loopback/rest';
import {BootConfigApplication} from '../src/application';

/** The API's document, as it lies in `openapi.json`. */
export async function openApiDocument(): Promise<string> {
  const application = new BootConfigApplication({});
  const spec: OpenApiSpec = await application.restServer.getApiSpec();
  return `${JSON.stringify(spec, undefined, 2)}\n`;
}
