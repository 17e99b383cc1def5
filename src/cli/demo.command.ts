import {once} from 'node:events';
import {BootConfigApplication} from '../application';
import {ConductorProcess} from '../demo/conductor-process';
import {DemoDeployment} from '../demo/demo-deployment';
import {demoText} from '../demo/demo-text';
import {BootConfigBindings} from '../keys';
import {plainLogger} from '../logger';
import {formatHostAddress} from '../rpc';
import {
  FIRMWARE_SERVER,
  FirmwareServer,
  OPERATORS_SERVER,
  OperatorsServer,
} from '../servers';
import {Command} from './command';
import {Stoppable, stopSignal} from './until-stopped';

export const demo: Command = {
  name: 'demo',
  summary: 'show it all with sample nodes and three conductors',
  help: `Starts the API and three conductors, each a process of its own, on free ports
of 127.0.0.1, with sample nodes in a temporary directory. Needs neither a
database nor a configuration.`,
  selfContained: true,

  async run() {
    // From the beginning, so that nothing is left of a start cut short.
    const signal = stopSignal();
    const running = new Running();
    try {
      const deployment = await DemoDeployment.create();
      running.add({stop: () => deployment.remove()});
      for (const conductor of deployment.conductors) {
        running.add(await ConductorProcess.start(conductor));
        if (signal.aborted) return;
      }
      const application = new BootConfigApplication(deployment.api);
      application.bind(BootConfigBindings.LOGGER).to(plainLogger);
      await application.start();
      running.add(application);
      console.log(
        demoText(
          deployment,
          urlOf(await application.get(FIRMWARE_SERVER)),
          urlOf(await application.get(OPERATORS_SERVER)),
        ),
      );
      if (!signal.aborted) await once(signal, 'abort');
    } catch (error) {
      // Ctrl-C ends conductors in the middle of their start, too.
      if (!signal.aborted) throw error;
    } finally {
      await running.stop();
    }
  },
};

/** What has been started, to be stopped the other way round. */
class Running implements Stoppable {
  private readonly parts: Stoppable[] = [];

  add(part: Stoppable): void {
    this.parts.unshift(part);
  }

  async stop(): Promise<void> {
    for (const part of this.parts) await part.stop();
  }
}

function urlOf({address}: FirmwareServer | OperatorsServer): string {
  return `http://${formatHostAddress(address!)}`;
}
