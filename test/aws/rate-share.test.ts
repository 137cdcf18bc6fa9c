import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, describe, expect, it } from "vitest";
import { awsClients } from "../../adapters/aws/clients.ts";
import { awsSandboxReader } from "../../adapters/aws/sandbox-reader.ts";
import { interpreterId, sessionId } from "../../core/kernel/ids.ts";
import { target } from "./embedded.ts";

interface Attempt {
  readonly at: number;
  readonly region: string;
  readonly operation: string;
  readonly userAgent: string;
}

type Answer = { readonly status: number; readonly body: unknown };

/** A service that answers as told and notes when each attempt came. */
async function service(answer: (attempt: number) => Answer) {
  const attempts: Attempt[] = [];
  const server = createServer((request, response) => {
    attempts.push(attemptOf(request));
    const { status, body } = answer(attempts.length);
    const error = status === 200 ? {} : { "x-amzn-errortype": "ThrottlingException" };
    response.writeHead(status, { "content-type": "application/json", ...error });
    response.end(JSON.stringify(body));
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
  const scope = /Credential=[^/]+\/\d+\/([^/]+)\//.exec(request.headers.authorization ?? "")?.[1] ?? "";
  const operation = (request.url ?? "").includes("/sessions/get") ? "get" : "list";
  return { at: performance.now(), region: scope, operation, userAgent: request.headers["user-agent"] ?? "" };
}

const clientsAt = (endpoint: string, requestsPerSecond: number, rateShare: number) => {
  const clients = awsClients({
    version: "1.2.3",
    requestsPerSecond,
    rateShare,
    embedded: { endpoint, accessKeyId: "111122223333", secretAccessKey: "not-secret" },
  });
  afterAll(() => clients.close());
  return { clients, reader: awsSandboxReader(clients) };
};

const found: Answer = { status: 200, body: { status: "READY", sessionTimeoutSeconds: 900 } };
const throttled: Answer = { status: 429, body: { message: "Rate exceeded" } };
const signal = new AbortController().signal;
const tool = interpreterId("tool-AAAAAAAAAA");
const gaps = (times: readonly number[]): number[] => times.slice(1).map((time, index) => time - (times[index] ?? 0));

describe("the share of the request rate", () => {
  it("is kept for each Region and operation by itself, evenly spaced", async () => {
    const { attempts, endpoint } = await service(() => found);
    // 20 % of 100 a second: one each 50 ms.
    const { clients, reader } = clientsAt(endpoint, 100, 0.2);
    const regions = ["us-east-1", "eu-west-1"];
    const started = performance.now();
    await Promise.all(
      regions.flatMap((region) => [
        ...Array.from({ length: 12 }, (_, i) => reader.getSession(target(region), tool, sessionId(`s${i}`), signal)),
        reader.listReadySessions(target(region), tool, signal),
      ]),
    );
    const took = performance.now() - started;
    for (const region of regions) {
      const times = attempts.filter((it) => it.region === region && it.operation === "get").map((it) => it.at);
      expect(times).toHaveLength(12);
      expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThan(11 * 50 - 30);
      const busiest = Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + 200).length));
      expect(busiest).toBeLessThanOrEqual(6);
      expect(clients.attemptsIn(region)).toBe(13);
    }
    // Side by side: the Regions and the operations do not wait for each other.
    expect(took).toBeLessThan(2 * 11 * 50);
  });

  it("counts every attempt, those that are repeated too, and slows down when it is throttled", async () => {
    const { attempts, endpoint } = await service((attempt) => (attempt <= 2 ? throttled : found));
    const { clients, reader } = clientsAt(endpoint, 1000, 0.01);
    const lookup = await reader.getSession(target("us-east-1"), tool, sessionId("s"), signal);
    expect(lookup).toEqual({ kind: "found", value: { status: "READY", timeoutSeconds: 900 } });
    expect(attempts).toHaveLength(3);
    expect(clients.attemptsIn("us-east-1")).toBe(3);
    // 10 a second, halved: no repetition comes sooner than a fifth of a second.
    for (const gap of gaps(attempts.map((it) => it.at))) expect(gap).toBeGreaterThan(150);
  });

  it("lets a call that waits for its turn go when it is aborted", async () => {
    const { attempts, endpoint } = await service(() => found);
    const { reader } = clientsAt(endpoint, 1, 0.1);
    const abort = new AbortController();
    const look = (id: string) => reader.getSession(target("us-east-1"), tool, sessionId(id), abort.signal);
    await look("first");
    const waiting = look("second");
    const started = performance.now();
    abort.abort("enough");
    await expect(waiting).rejects.toBe("enough");
    expect(performance.now() - started).toBeLessThan(100);
    expect(attempts).toHaveLength(1);
  });

  it("names the product to the service", async () => {
    const { attempts, endpoint } = await service(() => found);
    await clientsAt(endpoint, 100, 1).reader.getSession(target("us-east-1"), tool, sessionId("s"), signal);
    expect(attempts[0]?.userAgent).toContain("sandmeter/1.2.3");
  });
});
