import {readFile} from 'node:fs/promises';
import {IncomingMessage, ServerResponse} from 'node:http';
import {join} from 'node:path';
import {Application, BindingScope, inject, injectable} from '@loopback/core';
import {pathOf} from '../http';
import {BootConfigBindings} from '../keys';
import {Logger} from '../logger';
import {OPERATORS_PAGE} from '../project-files';
import {BootMetrics} from './boot-metrics';
import {BadQuery, EventQuery, integerOf, parseEventQuery} from './event-query';
import {EventStore} from './event-store';
import {EventStream} from './event-stream';
import {Health} from './health';

/** Answers one path. */
type Route = (
  request: IncomingMessage,
  response: ServerResponse,
) => Promise<void> | void;

// Each takes a connection and some memory for as long as it is read.
const MOST_STREAMS = 32;

const JSON_TYPE = 'application/json';

/** What the page loads. */
const ASSETS = {
  'page.css': 'text/css',
  'page.js': 'text/javascript',
  'event-details.js': 'text/javascript',
  'event-filter.js': 'text/javascript',
  'event-list.js': 'text/javascript',
  'latency-chart.js': 'text/javascript',
};

/** Nothing from elsewhere, and nothing inline. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * What operators get to see: events, health, metrics and the page over them.
 * Has no authentication of its own and is never to be mounted where firmware
 * asks.
 */
@injectable({scope: BindingScope.SINGLETON})
export class OpsHandler {
  private readonly streams = new Set<EventStream>();

  private readonly routes: Record<string, Route> = {
    '/': this.file('index.html', 'text/html'),
    ...Object.fromEntries(
      Object.entries(ASSETS).map(([name, type]) => [
        `/assets/${name}`,
        this.file(name, type),
      ]),
    ),
    '/health': (_request, response) => this.sendHealth(response, () => 200),
    '/ready': (_request, response) =>
      this.sendHealth(response, status => (status === 'UP' ? 200 : 503)),
    '/metrics': (_request, response) => this.sendMetrics(response),
    '/events': (request, response) =>
      wantsStream(request)
        ? this.stream(request, response)
        : this.sendEvents(request, response),
    '/events/stream': (request, response) => this.stream(request, response),
  };

  constructor(
    @inject(BootConfigBindings.HEALTH)
    private readonly health: Health,
    @inject(BootConfigBindings.METRICS)
    private readonly metrics: BootMetrics,
    @inject(BootConfigBindings.EVENT_STORE)
    private readonly store: EventStore,
    @inject(BootConfigBindings.LOGGER)
    private readonly logger: Logger,
  ) {}

  /** @param path - below where it is mounted, without query */
  matches(path: string): boolean {
    return Object.hasOwn(this.routes, path);
  }

  /** Answers a request that matches; never throws. */
  async answer(
    request: IncomingMessage,
    response: ServerResponse,
    path: string = pathOf(request.url!),
  ): Promise<void> {
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('Cache-Control', 'no-store');
    try {
      if (!['GET', 'HEAD'].includes(request.method!)) {
        response.setHeader('Allow', 'GET, HEAD');
        return refuse(response, 405, 'Only GET and HEAD are answered');
      }
      await this.routes[path](request, response);
    } catch (error) {
      if (error instanceof BadQuery) {
        return refuse(response, 400, error.message);
      }
      this.logger.error(
        {err: error, path},
        'an operator could not be answered',
      );
      if (response.headersSent) response.destroy();
      else refuse(response, 500, 'Failed; the log tells why');
    }
  }

  /** Ends the streams, on which nothing more will come. */
  stop(): void {
    for (const stream of this.streams) stream.end();
  }

  private file(name: string, type: string): Route {
    return async (_request, response) => {
      response.setHeader('Content-Security-Policy', CONTENT_SECURITY_POLICY);
      response.setHeader('Referrer-Policy', 'no-referrer');
      const content = await readFile(join(OPERATORS_PAGE, name));
      send(response, 200, `${type}; charset=utf-8`, content);
    };
  }

  private async sendHealth(
    response: ServerResponse,
    statusFor: (state: string) => number,
  ): Promise<void> {
    const report = await this.health.report();
    sendJson(response, statusFor(report.status), report);
  }

  private async sendMetrics(response: ServerResponse): Promise<void> {
    const {registry} = this.metrics;
    const text = await registry.metrics();
    send(response, 200, registry.contentType, Buffer.from(text));
  }

  private sendEvents(request: IncomingMessage, response: ServerResponse): void {
    const {parameters, query} = queryOf(request);
    const {events, more} = this.store.page(
      query.filter,
      query.limit,
      query.before,
    );
    let next: string | undefined;
    if (more) {
      parameters.set('before', String(events[events.length - 1].id));
      // How long ago would mean another time then.
      if (query.since) parameters.set('since', query.since);
      next = `events?${parameters.toString()}`;
    }
    sendJson(response, 200, {events, ...(next && {next})});
  }

  private stream(request: IncomingMessage, response: ServerResponse): void {
    const {query} = queryOf(request);
    if (request.method === 'HEAD') {
      return send(response, 200, 'text/event-stream', Buffer.alloc(0));
    }
    if (this.streams.size >= MOST_STREAMS) {
      response.setHeader('Retry-After', 60);
      return refuse(response, 503, `${MOST_STREAMS} streams are open already`);
    }
    const stream = new EventStream(
      response,
      this.store,
      query.filter,
      this.placeOf(request, query),
      events => this.metrics.lose(events),
    );
    this.streams.add(stream);
    response.once('close', () => this.streams.delete(stream));
  }

  /** Where a reader goes on, or where a new one begins. */
  private placeOf(request: IncomingMessage, query: EventQuery): number {
    const last =
      integerOf(String(request.headers['last-event-id'] ?? '')) ?? query.after;
    if (last !== undefined) return this.store.numberAfter(last);
    return query.since ? this.store.first : this.store.next;
  }
}

/**
 * A handler of these paths for hosts that mount the component, to be put where
 * operators alone come: Express (`opsApp.use('/boot-config', handler)`) or
 * node:http.
 *
 * @param application - started, with `BootConfigComponent`
 */
export async function createOpsHandler(
  application: Application,
): Promise<
  (request: IncomingMessage, response: ServerResponse, next: () => void) => void
> {
  const ops = await application.get(BootConfigBindings.OPS);
  return (request, response, next) => {
    const path = pathOf(request.url!);
    if (ops.matches(path)) void ops.answer(request, response, path);
    else next();
  };
}

function wantsStream({headers}: IncomingMessage): boolean {
  return /\btext\/event-stream\b/i.test(headers.accept ?? '');
}

function queryOf({url}: IncomingMessage): {
  parameters: URLSearchParams;
  query: EventQuery;
} {
  const [, text = ''] = /\?([^#]*)/.exec(url!) ?? [];
  const parameters = new URLSearchParams(text);
  return {parameters, query: parseEventQuery(parameters, Date.now())};
}

function refuse(response: ServerResponse, status: number, why: string): void {
  sendJson(response, status, {error: why});
}

function sendJson(
  response: ServerResponse,
  status: number,
  value: object,
): void {
  send(response, status, JSON_TYPE, Buffer.from(`${JSON.stringify(value)}\n`));
}

function send(
  response: ServerResponse,
  status: number,
  type: string,
  body: Buffer,
): void {
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': body.length,
  });
  response.end(body);
}
