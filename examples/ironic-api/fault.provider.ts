import {inject, Provider} from '@loopback/core';
import {LogError, Reject, RestBindings} from '@loopback/rest';
import {sendFault} from './fault';

/** Answers errors as Ironic does. */
export class FaultProvider implements Provider<Reject> {
  constructor(
    @inject(RestBindings.SequenceActions.LOG_ERROR)
    private readonly logError: LogError,
  ) {}

  value(): Reject {
    return ({request, response}, error) => {
      const {statusCode: status = 500, message} = error as Error & {
        statusCode?: number;
      };
      sendFault(
        response,
        status,
        status < 500 ? message : 'Internal Server Error',
      );
      this.logError(error, status, request);
    };
  }
}
