import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { enableSpans } from './tracing';

export interface TracingOptions {
  /** A collector's address for OTLP over HTTP, without `/v1/traces`. */
  endpoint: string;
  /** Part of the service that this process runs. */
  part: string;
}

/** Sends this process's spans to a collector, with W3C trace context (`traceparent`) in and out. */
export function startTracing({ endpoint, part }: TracingOptions): { close(): Promise<void> } {
  const url = `${endpoint.replace(/\/$/, '')}/v1/traces`;
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'gp-booking-gateway', 'service.instance.id': part }),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url, timeoutMillis: 5_000 }))],
  });
  provider.register();
  enableSpans();
  return { close: () => provider.shutdown() };
}
