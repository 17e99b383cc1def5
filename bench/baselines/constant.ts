import {createServer} from 'node:http';

// The least that node:http can do: the same 2 KB for every request.
const BODY = Buffer.from(`#!ipxe\n${'# a line of a script\n'.repeat(100)}`);

createServer((_request, response) => {
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.setHeader('Content-Length', BODY.length);
  response.setHeader('Cache-Control', 'no-store');
  response.end(BODY);
}).listen(Number(process.env.PORT), '127.0.0.1', () => {
  console.log('listening');
});
