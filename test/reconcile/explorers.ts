import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import type { GetCostAndUsageCommandInput } from "@aws-sdk/client-cost-explorer";
import { afterAll } from "vitest";
import { awsClients } from "../../adapters/aws/clients.ts";
import { costExplorerBill } from "../../adapters/aws/cost-explorer.ts";
import type { ReadBilledUsage } from "../../core/ports/billed-usage.ts";
import { localClock } from "../../local/clock.ts";
import { createWorld } from "../../local/create-world.ts";
import { startLocalAws } from "../../local/server.ts";
import { fleet, payer } from "./fixture.ts";

/** Cost Explorer at an address, read by an account as the product reads it. */
export function explorerAt(endpoint: string, account = payer, homeRegion = "us-east-1"): ReadBilledUsage {
  const clients = awsClients({
    version: "0.0.0",
    requestsPerSecond: 100_000,
    rateShare: 1,
    maxAttempts: 2,
    embedded: { endpoint, accessKeyId: account, secretAccessKey: "not-secret", othersTimes: 10_000 },
  });
  afterAll(() => clients.close());
  return costExplorerBill(clients, homeRegion);
}

/** The embedded AWS two days after all sessions of the fleet have ended, with so many groups on a page of its bill. */
export async function billedAws(billRowsPerPage = 100) {
  const clock = localClock({ startAt: Date.UTC(2026, 9, 21, 12), speed: 0 });
  const limits = { requestsPerSecond: 100_000, othersTimes: 10_000, billRowsPerPage };
  const world = createWorld({ fleet: fleet(), seed: 11, clock, limits });
  clock.advance(56 * 3_600_000);
  const server = await startLocalAws({ world, port: 0 });
  afterAll(() => server.close());
  const post = async (path: string, body: object): Promise<void> => {
    const { ok } = await fetch(`${server.url}/_local/${path}`, { method: "POST", body: JSON.stringify(body) });
    if (!ok) throw new Error(`${path} was refused`);
  };
  const calls = async (): Promise<number> => {
    const answer = await fetch(`${server.url}/_local/calls`);
    const { counts } = (await answer.json()) as { counts: readonly { operation: string; attempts: number }[] };
    return counts.reduce((sum, { operation, attempts }) => (operation === "GetCostAndUsage" ? sum + attempts : sum), 0);
  };
  return { url: server.url, now: clock.now, post, calls };
}

/** A Cost Explorer that answers as it is told, however odd that is. */
export async function toldExplorer(
  answer: (asked: GetCostAndUsageCommandInput, number: number) => { readonly status?: number; readonly body: object },
): Promise<ReadBilledUsage> {
  let number = 0;
  const server = createServer((request, response) => {
    void json(request).then((asked) => {
      number += 1;
      const { status = 200, body } = answer(asked as GetCostAndUsageCommandInput, number);
      response.writeHead(status, { "content-type": "application/x-amz-json-1.1" });
      response.end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return explorerAt(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}
