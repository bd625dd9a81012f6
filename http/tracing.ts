import type { IncomingHttpHeaders } from 'node:http';
import {
  context,
  propagation,
  SpanStatusCode,
  trace,
  type Attributes,
  type SpanKind,
} from '@opentelemetry/api';

/** Without a provider (see start-tracing.ts) all of this does nothing, and costs next to nothing. */
const TRACER = 'gp-booking-gateway';

/** What is measured, in words that name nobody. */
export interface SpanFacts {
  name: string;
  kind: SpanKind;
  attributes?: Attributes;
}

export function inSpan<T>({ name, ...options }: SpanFacts, work: () => Promise<T>): Promise<T> {
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
  trace.getActiveSpan()?.setAttribute(name, value);
}

/**
 * As a part of what the sender does (https://www.w3.org/TR/trace-context/). Of what it sent the two ids of a valid `traceparent`
 * are taken over, and nothing else: `tracestate` and `baggage` are text of the client's choice, which may be anybody's data
 * ("Privacy Considerations" there).
 */
export function continuing<T>({ traceparent }: IncomingHttpHeaders, work: () => T): T {
  return context.with(propagation.extract(context.active(), { traceparent }), work);
}

/** What tells the receiver of which work theirs is a part. */
export function traceHeaders(): Record<string, string> {
  const headers: Record<string, string> = {};
  propagation.inject(context.active(), headers);
  return headers;
}

/** For logs. */
export function traceId(): string | undefined {
  return trace.getActiveSpan()?.spanContext().traceId;
}
