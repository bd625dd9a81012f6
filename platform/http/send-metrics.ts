import type { ServerResponse } from 'node:http';
import type { Registry } from 'prom-client';

/** Answers a scrape, in Prometheus' text format. */
export async function sendMetrics(metrics: Registry, response: ServerResponse): Promise<void> {
  const text = await metrics.metrics();
  response.writeHead(200, { 'content-type': metrics.contentType, 'cache-control': 'no-store' }).end(text);
}
