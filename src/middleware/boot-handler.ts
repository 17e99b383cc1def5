import {IncomingMessage, ServerResponse} from 'node:http';
import {Application} from '@loopback/core';
import {pathOf} from '../http';
import {BootConfigBindings} from '../keys';

/** Handles a request of the branch, and passes any other on. */
export type BootHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  next: () => void,
) => void;

/**
 * A handler for hosts in which something comes before LoopBack: Express
 * (`expressApp.use(handler)` ahead of all other middleware) or node:http.
 *
 * @param application - started, with `BootConfigComponent`
 */
export async function createBootHandler(
  application: Application,
): Promise<BootHandler> {
  const branch = await application.get(BootConfigBindings.BRANCH);
  return (request, response, next) => {
    const path = pathOf(request.url!);
    if (branch.matches(path)) void branch.answer(request, response, path);
    else next();
  };
}
