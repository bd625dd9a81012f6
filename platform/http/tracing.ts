import type { IncomingHttpHeaders } from 'node:http';
import {
  context,
  propagation,
  SpanStatusCode,
  trace,
  type Attributes,
  type SpanKind,
} from '@opentelemetry/api';

const TRACER = 'gp-booking-gateway';

/** Without a provider (start-tracing.ts) spans are nothing; making them nevertheless takes a tenth of a small request. */
let isTracing = false;

/** Starts making spans: a provider has been registered. */
export function enableSpans(): void {
  isTracing = true;
}

/** Attributes of a span, in words that name nobody. */
export interface SpanFacts {
  name: string;
  kind: SpanKind;
  attributes?: Attributes;
}

export function inSpan<T>({ name, ...options }: SpanFacts, work: () => Promise<T>): Promise<T> {
  if (!isTracing) return work();
  return trace.getTracer(TRACER).startActiveSpan(name, options, async (span) => {
    try {
      return await work();
    } catch (error) {
      // Of an error its kind: its message may be anybody's.
      span.setStatus({
        code: SpanStatusCode.ERROR,
        message: error instanceof Error ? error.name : 'unknown',
      });
      throw error;
    } finally {
      span.end();
    }
  });
}

export function spanFact(name: string, value: string | number): void {
  if (isTracing) trace.getActiveSpan()?.setAttribute(name, value);
}

/**
 * Runs work as a part of the sender's trace (https://www.w3.org/TR/trace-context/). Only the two ids of a valid
 * `traceparent` are used: `tracestate` and `baggage` are text of the client's choice, which may be anybody's data
 * ("Privacy Considerations" there).
 */
export function continuing<T>({ traceparent }: IncomingHttpHeaders, work: () => T): T {
  if (!isTracing) return work();
  return context.with(propagation.extract(context.active(), { traceparent }), work);
}

/** Returns the headers that make the receiver's spans part of the current trace. */
export function traceHeaders(): Record<string, string> {
  const headers: Record<string, string> = {};
  if (isTracing) propagation.inject(context.active(), headers);
  return headers;
}

/** For logs. */
export function traceId(): string | undefined {
  return trace.getActiveSpan()?.spanContext().traceId;
}
