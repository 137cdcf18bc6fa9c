import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

export interface TinyS3 {
  readonly endpoint: string;
  readonly makeBucket: (name: string) => void;
  readonly close: () => Promise<void>;
}

const pageSize = 10;

/** As much of S3 as history uses: conditional puts, ranges, listings in pages. By path style. */
export async function tinyS3(): Promise<TinyS3> {
  const buckets = new Map<string, Map<string, Buffer>>();
  const server = createServer((request, response) => void answer(buckets, request, response));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    makeBucket: (name) => buckets.set(name, new Map()),
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

const tagOf = (bytes: Buffer): string => `"${createHash("md5").update(bytes).digest("hex")}"`;

async function answer(
  buckets: ReadonlyMap<string, Map<string, Buffer>>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? "/", "http://localhost");
  const [name = "", ...rest] = url.pathname.slice(1).split("/").map(decodeURIComponent);
  const key = rest.join("/");
  const body = await buffer(request);
  const fail = (status: number, code: string): void => {
    response.writeHead(status, { "content-type": "application/xml" });
    response.end(request.method === "HEAD" ? "" : `<Error><Code>${code}</Code><Message>${code}</Message></Error>`);
  };
  const bucket = buckets.get(name);
  if (bucket === undefined) return fail(404, "NoSuchBucket");
  if (key === "") return list(bucket, url.searchParams, response);
  const stored = bucket.get(key);
  const ifMatch = request.headers["if-match"];
  if (request.method === "PUT") {
    if (request.headers["if-none-match"] === "*" && stored !== undefined) return fail(412, "PreconditionFailed");
    if (ifMatch !== undefined && stored === undefined) return fail(404, "NoSuchKey");
    if (ifMatch !== undefined && stored !== undefined && ifMatch !== tagOf(stored))
      return fail(412, "PreconditionFailed");
    bucket.set(key, body);
    response.writeHead(200, { etag: tagOf(body) });
    response.end();
    return;
  }
  if (stored === undefined) return fail(404, "NoSuchKey");
  if (ifMatch !== undefined && ifMatch !== tagOf(stored)) return fail(412, "PreconditionFailed");
  const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers["range"] ?? "");
  const part = range === null ? stored : stored.subarray(Number(range[1]), Number(range[2]) + 1);
  response.writeHead(range === null ? 200 : 206, { etag: tagOf(stored), "content-length": part.length });
  response.end(request.method === "HEAD" ? "" : part);
}

function list(bucket: ReadonlyMap<string, Buffer>, query: URLSearchParams, response: ServerResponse): void {
  const after = query.get("continuation-token") ?? query.get("start-after") ?? "";
  const prefix = query.get("prefix") ?? "";
  const keys = [...bucket.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
  const page = keys.slice(0, pageSize);
  const more = keys.length > page.length;
  const contents = page.map((key) => `<Contents><Key>${key}</Key></Contents>`).join("");
  const token = more ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : "";
  response.writeHead(200, { "content-type": "application/xml" });
  response.end(`<ListBucketResult><IsTruncated>${more}</IsTruncated>${contents}${token}</ListBucketResult>`);
}
