/** Owns what is told of sockets: one span per connection, how many there are, what waits for slow readers. */
import type { Meter, Span, Tracer } from "@opentelemetry/api";
import type { TransportObserver, TransportRecord } from "../transport/ws/transport-observer.ts";
import { ATTRIBUTE } from "./names.ts";
import { SERVER } from "./with-span.ts";

export function socketObserver(tracer: Tracer, meter: Meter): TransportObserver {
  const open = meter.createUpDownCounter("sessionstream.connections", { unit: "{connection}" });
  const closed = meter.createCounter("sessionstream.connections.closed", {
    unit: "{connection}",
    description: "By close code: 4013 is a reader that was too slow, 4012 one that was silent.",
  });
  const sent = meter.createCounter("sessionstream.sent", { unit: "By", description: "Bytes handed to sockets." });
  const waiting = meter.createHistogram("sessionstream.queued", {
    unit: "By",
    description: "What waits for a connection's reader, whenever a frame joins it.",
    advice: { explicitBucketBoundaries: [0, 1_024, 16_384, 65_536, 262_144, 1_048_576, 4_194_304] },
  });
  const spans = new Map<string, Span>();

  function connected({ connectionId }: TransportRecord): void {
    open.add(1);
    if (connectionId !== null) spans.set(connectionId, tracer.startSpan("connection", { kind: SERVER }));
  }

  function disconnected({ connectionId, code = "" }: TransportRecord): void {
    open.add(-1);
    closed.add(1, { [ATTRIBUTE.closeCode]: code });
    const span = spans.get(connectionId ?? "");
    spans.delete(connectionId ?? "");
    span?.setAttribute(ATTRIBUTE.closeCode, code);
    span?.end();
  }

  return (record) => {
    const { stage, connectionId, sessionId, code, bytes = 0, queuedBytes = 0 } = record;
    switch (stage) {
      case "connected":
        connected(record);
        break;
      case "disconnected":
        disconnected(record);
        break;
      case "server_frame_queued":
        waiting.record(queuedBytes);
        break;
      case "server_frames_written":
        sent.add(bytes);
        break;
      case "client_frame_read":
      case "client_frame_decoded":
        break;
      default:
        spans.get(connectionId ?? "")?.addEvent(`sessionstream.${stage}`, {
          ...(sessionId === undefined ? {} : { [ATTRIBUTE.conversation]: sessionId }),
          ...(code === undefined ? {} : { [ATTRIBUTE.error]: String(code) }),
        });
    }
  };
}
