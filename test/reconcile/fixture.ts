import { codeInterpreterKind } from "../../adapters/aws/code-interpreter-kind.ts";
import { costExplorerBill } from "../../adapters/aws/cost-explorer.ts";
import { codeInterpreterPrices } from "../../core/billing/code-interpreter-prices.ts";
import { priceBookOf } from "../../core/billing/price-book.ts";
import { instant } from "../../core/kernel/instant.ts";
import type { BilledUsage, BilledWindow, ReadBilledUsage } from "../../core/ports/billed-usage.ts";
import { type ReconcileRequest, reconcile } from "../../core/reconcile/reconcile.ts";
import type { PlaceComparison, Reconciliation } from "../../core/reconcile/reconciliation.ts";
import { fleetSpec } from "../../local/fleet/fleet-spec.ts";
import { watchedFleet } from "../accounts/e2e-fixture.ts";
import { band, text } from "./amounts.ts";

const startAt = Date.UTC(2026, 9, 21, 12);
const hour = 3600;
export const october = { from: instant(Date.UTC(2026, 9, 1)), until: instant(Date.UTC(2026, 10, 1)) };
export const never = new AbortController().signal;
export const payer = "111122223333";
export const member = "444455556666";

const sessions = (interpreter: string, count: number) => ({
  interpreter,
  profile: "bursty" as const,
  count,
  createdSeconds: [-30 * hour, -4 * hour] as [number, number],
  timeoutSeconds: [900, 1800],
});

/** Sessions of two days of October: with records, without any, in a Region without a price, and in one that nobody watches. */
export const fleet = () =>
  fleetSpec.parse({
    firstAccount: payer,
    places: [
      { region: "us-east-1", interpreters: [{ name: "lit", networkMode: "SANDBOX" }], sessions: [sessions("lit", 8)] },
      {
        region: "eu-west-1",
        interpreters: [{ name: "far", networkMode: "SANDBOX" }],
        sessions: [sessions("far", 2)],
      },
      {
        account: member,
        region: "us-east-1",
        interpreters: [
          { name: "lit", networkMode: "SANDBOX" },
          { name: "dark", networkMode: "SANDBOX", usageLogs: false },
        ],
        sessions: [sessions("lit", 4), sessions("dark", 3)],
      },
      {
        account: member,
        region: "sa-east-1",
        interpreters: [{ name: "lit", networkMode: "SANDBOX" }],
        sessions: [sessions("lit", 3)],
      },
    ],
  });

/** The fleet, watched until all of it is settled and on the bill. */
export async function settledFleet() {
  const watched = await watchedFleet(fleet(), startAt);
  for (const hours of [0, 3, 24, 5]) {
    await watched.advance(hours * hour);
    await watched.scanned();
    await watched.passed();
  }
  await watched.advance(24 * hour);
  return watched;
}
type Watched = Awaited<ReturnType<typeof settledFleet>>;

export async function reconciled(
  watched: Watched,
  change: Partial<ReconcileRequest> = {},
  read: ReadBilledUsage = explorer(watched),
): Promise<Reconciliation> {
  const { stores, callers } = watched;
  const request: ReconcileRequest = {
    ...october,
    now: watched.now(),
    targets: callers.flatMap(({ targets }) => targets),
    includes: () => true,
    prices: priceBookOf(codeInterpreterPrices),
    gb: "binary",
    kind: codeInterpreterKind,
    band: band(),
    ...change,
  };
  return reconcile(stores, request, await read(windowOf(watched), never), never);
}

export const windowOf = (watched: Watched, change: Partial<BilledWindow> = {}): BilledWindow => ({
  ...october,
  now: watched.now(),
  accounts: null,
  ...change,
});

/** Cost Explorer, asked by the payer account or by another. */
export function explorer({ callers }: Watched, caller = 0): ReadBilledUsage {
  const clients = callers[caller]?.clients;
  if (clients === undefined) throw new Error("there is no such caller");
  return costExplorerBill(clients, "us-east-1");
}

export async function switchBill({ url }: Watched, body: object): Promise<void> {
  const { ok } = await fetch(`${url}/_local/bill`, { method: "POST", body: JSON.stringify(body) });
  if (!ok) throw new Error("the bill was not switched");
}

export function placeOf({ places }: Reconciliation, account: string, region: string): PlaceComparison {
  const found = places.find((place) => place.account === account && place.region === region);
  if (found === undefined) throw new Error(`no ${region} of ${account}`);
  return found;
}

export const linesOf = ({ lines }: BilledUsage): readonly string[] =>
  lines
    .map(({ account, region, dayAt, meter, hours, usd }) =>
      [account, region, new Date(dayAt).toISOString().slice(0, 10), meter, text(hours, 9), text(usd, 9)].join(" "),
    )
    .toSorted();
