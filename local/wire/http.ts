/** A request as it came, with its body whole and decompressed. */
export interface HttpRequest {
  readonly method: string;
  /** Still percent-encoded, so that an encoded slash stays part of its segment. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** An answer before it is written. */
export interface HttpReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  /** Wall time to hold the answer back: a fault asked for it. */
  readonly delayMs?: number;
  /** After the delay, close the connection without an answer. */
  readonly drop?: boolean;
}

export const jsonReply = (status: number, body: unknown): HttpReply => ({
  status,
  headers: { "content-type": "application/json" },
  body: `${JSON.stringify(body, null, 1)}\n`,
});
