import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { z } from 'zod';

const Span = z.object({
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
});
type Span = z.infer<typeof Span>;
const Export = z.object({
  resourceSpans: z.array(z.object({ scopeSpans: z.array(z.object({ spans: z.array(Span) })) })),
});

/** Takes traces as a collector does: OTLP over HTTP, in JSON. */
export function traceCollector() {
  const spans = new Map<string, Span>();
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      bodies.push(body);
      for (const { scopeSpans } of Export.parse(JSON.parse(body)).resourceSpans)
        for (const span of scopeSpans.flatMap((scope) => scope.spans)) spans.set(span.spanId, span);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });

  function pathTo(span: Span): string[] {
    const parent = spans.get(span.parentSpanId ?? '');
    return [...(parent === undefined ? [] : pathTo(parent)), span.name];
  }

  return {
    async start(): Promise<string> {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const address = server.address();
      if (address === null || typeof address === 'string')
        throw new Error('An HTTP server listens on a port.');
      return `http://127.0.0.1:${address.port}`;
    },
    /** For each span the names from the root to it. */
    paths: () => [...spans.values()].map(pathTo),
    /** All that was sent. */
    received: () => bodies.join(''),
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
