import {
  DefaultSequence,
  MiddlewareSequence,
  RequestContext,
  SequenceHandler,
} from '@loopback/rest';
import {itKeepsTheContract, useHost} from '../support';

/** A sequence as `lb4 app` used to write it, and as hosts still have it. */
class ActionSequence extends DefaultSequence {}

/** A sequence that does something of its own around the middleware. */
class CountingSequence extends MiddlewareSequence implements SequenceHandler {
  override async handle(context: RequestContext): Promise<void> {
    context.response.setHeader('X-Count', '1');
    await super.handle(context);
  }
}

for (const sequence of [
  DefaultSequence,
  ActionSequence,
  MiddlewareSequence,
  CountingSequence,
]) {
  describe(`A RestApplication with the sequence ${sequence.name}`, () => {
    itKeepsTheContract(useHost({after: app => app.sequence(sequence)}));
  });
}
