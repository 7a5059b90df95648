/** Owns one span around one asynchronous call: its end, and its failure by code alone. */
import { type Attributes, type Span, SpanKind, SpanStatusCode, type Tracer } from "@opentelemetry/api";
import { SessionStreamError } from "@sessionstream/protocol";
import { ATTRIBUTE } from "./names.ts";

export interface SpanDescription {
  readonly name: string;
  readonly kind: SpanKind;
  readonly attributes: Attributes;
}

export function withSpan<Result>(
  tracer: Tracer,
  { name, kind, attributes }: SpanDescription,
  work: (span: Span) => Promise<Result>,
): Promise<Result> {
  return tracer.startActiveSpan(name, { kind, attributes }, async (span) => {
    try {
      return await work(span);
    } catch (error) {
      failSpan(span, error);
      throw error;
    } finally {
      span.end();
    }
  });
}

/** No message and no stack: either may quote what was said. */
function failSpan(span: Span, error: unknown): void {
  span.setAttribute(ATTRIBUTE.error, SessionStreamError.from(error).code);
  span.setStatus({ code: SpanStatusCode.ERROR });
}

export const { CLIENT, CONSUMER, INTERNAL, PRODUCER, SERVER } = SpanKind;
