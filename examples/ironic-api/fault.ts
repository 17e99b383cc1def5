import {ServerResponse} from 'node:http';

/** Answers with an error as Ironic words it: JSON in a JSON string. */
export function sendFault(
  response: ServerResponse,
  status: number,
  faultstring: string,
): void {
  const fault = {
    faultcode: status < 500 ? 'Client' : 'Server',
    faultstring,
    debuginfo: null,
  };
  response.statusCode = status;
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify({error_message: JSON.stringify(fault)}));
}
