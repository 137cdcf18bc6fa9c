import { account, region } from "./world-fixture.ts";

export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly code: string | null;
  readonly json: () => Record<string, unknown>;
}

export interface RawRequest {
  readonly method: string;
  readonly path: string;
  readonly body?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  /** Headers to leave out. */
  readonly without?: readonly string[];
  readonly accessKeyId?: string;
  readonly region?: string;
  readonly service?: string;
  readonly date?: Date;
}

/** A request with SigV4 headers of the right structure, to send what no SDK client would. */
export async function rawRequest(url: string, request: RawRequest): Promise<RawAnswer> {
  const date = basic(request.date ?? new Date());
  const scope = [
    request.accessKeyId ?? account,
    date.slice(0, 8),
    request.region ?? region,
    request.service ?? "bedrock-agentcore",
    "aws4_request",
  ].join("/");
  const headers = {
    "content-type": "application/json",
    "x-amz-date": date,
    authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host;x-amz-date, Signature=${"0".repeat(64)}`,
    ...request.headers,
  };
  const kept = Object.entries(headers).filter(([name]) => !(request.without ?? []).includes(name));
  const response = await fetch(url + request.path, {
    method: request.method,
    headers: Object.fromEntries(kept),
    ...(request.body === undefined ? {} : { body: request.body }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    code: response.headers.get("x-amzn-errortype"),
    json: () => JSON.parse(text) as Record<string, unknown>,
  };
}

export const basic = (date: Date): string => `${date.toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
