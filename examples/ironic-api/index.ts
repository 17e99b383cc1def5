import {IronicApiApplication} from './application';
import {deploymentAt} from './deployment';
import {sampleDeployment} from './sample';

const DEFAULT_PORT = 6385;

/**
 * Starts the API. Environment: `PORT`, `HOST`, and `IRONIC_DATABASE`, an URL
 * such as mysql://USER:PASSWORD@HOST/ironic, without which it serves a sample.
 */
async function main(env: NodeJS.ProcessEnv): Promise<void> {
  const deployment = env.IRONIC_DATABASE
    ? deploymentAt(env.IRONIC_DATABASE)
    : await sampleDeployment();
  const app = new IronicApiApplication(deployment, {
    host: env.HOST ?? '127.0.0.1',
    port: Number(env.PORT ?? DEFAULT_PORT),
  });
  try {
    await app.start();
  } catch (error) {
    await deployment.close();
    throw error;
  }
  console.log(`Ironic API at ${app.restServer.url}/v1`);
}

main(process.env).catch(error => {
  console.error(error);
  process.exit(1);
});
