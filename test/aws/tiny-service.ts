import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll } from "vitest";
import { type AwsClientsOptions, awsClients } from "../../adapters/aws/clients.ts";
import { awsSandboxReader } from "../../adapters/aws/sandbox-reader.ts";

export interface Attempt {
  readonly at: number;
  readonly region: string;
  readonly operation: "get" | "list" | "interpreters";
  readonly query: URLSearchParams;
  readonly userAgent: string;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  /** What it says the time is; the true one where absent. */
  readonly date?: string;
}

/** A service that answers as told, however odd that is, and notes when each attempt came. */
export async function tinyService(answer: (attempt: Attempt, number: number) => Answer) {
  const attempts: Attempt[] = [];
  const server = createServer((request, response) => {
    const attempt = attemptOf(request);
    attempts.push(attempt);
    const { status, body, date } = answer(attempt, attempts.length);
    if (date !== undefined) response.setHeader("date", date);
    const error = status === 429 ? { "x-amzn-errortype": "ThrottlingException" } : {};
    response.writeHead(status, { "content-type": "application/json", ...error });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { attempts, endpoint: `http://127.0.0.1:${port}` };
}

function attemptOf(request: IncomingMessage): Attempt {
  const region = /Credential=[^/]+\/\d+\/([^/]+)\//.exec(request.headers.authorization ?? "")?.[1] ?? "";
  const url = new URL(request.url ?? "/", "http://localhost");
  const operation = url.pathname.endsWith("/get") ? "get" : url.pathname.endsWith("/list") ? "list" : "interpreters";
  const userAgent = request.headers["user-agent"] ?? "";
  return { at: performance.now(), region, operation, query: url.searchParams, userAgent };
}

/** The product's reader, talking to such a service. */
export function readerAt(endpoint: string, options: Partial<AwsClientsOptions> = {}) {
  const clients = awsClients({
    version: "1.2.3",
    requestsPerSecond: 1000,
    rateShare: 1,
    embedded: { endpoint, accessKeyId: "111122223333", secretAccessKey: "not-secret" },
    ...options,
  });
  afterAll(() => clients.close());
  return { clients, reader: awsSandboxReader(clients) };
}
