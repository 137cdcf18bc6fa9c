import { EventStreamCodec } from "@smithy/eventstream-codec";
import type { Reply } from "../service.ts";

const codec = new EventStreamCodec(
  (bytes) => (typeof bytes === "string" ? bytes : Buffer.from(bytes as Uint8Array).toString("utf8")),
  (text) => new Uint8Array(Buffer.from(text, "utf8")),
);

/** Messages in AWS's event-stream encoding. A type that ends in `Exception` is an error that the stream declares. */
export function encodeEvents(events: NonNullable<Reply["events"]>): Uint8Array {
  return Buffer.concat(events.map(({ type, payload }) => encodeEvent(type, payload)));
}

function encodeEvent(type: string, payload: Readonly<Record<string, unknown>>): Uint8Array {
  const exception = type.endsWith("Exception");
  return codec.encode({
    headers: {
      ":message-type": { type: "string", value: exception ? "exception" : "event" },
      [exception ? ":exception-type" : ":event-type"]: { type: "string", value: type },
      ":content-type": { type: "string", value: "application/json" },
    },
    body: new Uint8Array(Buffer.from(JSON.stringify(payload), "utf8")),
  });
}
