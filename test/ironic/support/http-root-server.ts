import {once} from 'node:events';
import {readFile} from 'node:fs/promises';
import http from 'node:http';
import {AddressInfo} from 'node:net';
import path from 'node:path';

/** A conductor's HTTP server: the files below a directory. */
export class HttpRootServer {
  /** Paths of what was asked for and is there. */
  readonly served: string[] = [];
  private readonly server = http.createServer((request, response) => {
    void this.answer(request, response);
  });

  private constructor(private readonly directory: string) {}

  static async start(
    directory: string,
    host = '127.0.0.1',
  ): Promise<HttpRootServer> {
    const started = new HttpRootServer(directory);
    started.server.listen(0, host);
    await once(started.server, 'listening');
    return started;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, 'close');
  }

  private async answer(
    {url, method}: http.IncomingMessage,
    response: http.ServerResponse,
  ): Promise<void> {
    const {pathname} = new URL(url!, 'http://localhost');
    const content = await readFile(path.join(this.directory, pathname)).catch(
      () => undefined,
    );
    if (content) this.served.push(pathname);
    response.writeHead(content ? 200 : 404, {
      'Content-Length': content?.length ?? 0,
    });
    response.end(method === 'HEAD' ? undefined : content);
  }
}
