import { type PriceBook, periodsOf } from "../../billing/price-book.ts";
import { startOfDay } from "../../kernel/calendar.ts";
import { type Instant, isoOf, plusMs } from "../../kernel/instant.ts";
import { formatUsd } from "../../kernel/money.ts";
import type { Problem } from "../../kernel/problem.ts";
import type { SessionBill } from "../../ledger/charge.ts";
import { ratedOf } from "../../ledger/charge-lines.ts";
import { emptyAccount } from "../../ledger/fold-columns.ts";
import { repricedBill } from "../../ledger/reprice-bill.ts";
import type { LedgerSession } from "../../ports/ledger.ts";
import { at, object, orNull, string } from "../../ports/read-stored.ts";
import { orTold } from "../accounts/document-problem.ts";
import type { AccountsInput, AccountsPorts } from "../accounts/ports.ts";
import { closeSessions } from "../settle/close-sessions.ts";
import { restatementsAsTold } from "../settle/told.ts";
import { keyName, outdatedIn } from "./prices-rows.ts";

type Ports = Pick<AccountsPorts, "ledger" | "history" | "documents" | "registry">;
type Input = Pick<AccountsInput, "targets" | "prices" | "meter">;

const documentName = "prices-restated";
const dayMs = 86_400_000;
/** A session's hours are within this of each other. */
const reachMs = 12 * 3_600_000;
/** As far back as anybody compares with a bill. */
const lookBackDays = 400;
/** Each pass goes so far, so that a change of prices holds no pass up for long. */
const daysAtOnce = 31;
const sessionsAtOnce = 5000;

export interface PricesRestated {
  readonly restated: number;
  readonly problems: readonly Problem[];
}

/**
 * Once the price book has changed, goes through history day by day, some days in each pass, and restates closed bills whose
 * charges have another price now. Usage stays as it was: only its price is another. What it does again after it was cut off has
 * been done or comes to the same.
 */
export async function restatePrices(
  ports: Ports,
  now: Instant,
  input: Input,
  signal: AbortSignal,
): Promise<PricesRestated> {
  let restated = 0;
  const problems = await orTold("Closed bills were not compared with the price book", async () => {
    const book = bookText(input.prices);
    const document = await ports.documents.read(documentName);
    const before = document === null ? null : memoryOf(document.text);
    const first = plusMs(startOfDay(now), -lookBackDays * dayMs);
    const from = before?.book === book ? before.next : first;
    if (from === null) return [];
    const done = await restateFrom(ports, now, from, input, signal);
    restated = done.restated;
    const next = done.next > now ? null : done.next;
    await ports.documents.write(documentName, {
      revision: document?.revision ?? 0,
      text: JSON.stringify({ book, next }),
    });
    return done.left === 0 ? [] : [leftProblem(done.left, from, done.next)];
  });
  return { restated, problems };
}

async function restateFrom(
  ports: Ports,
  now: Instant,
  from: Instant,
  input: Input,
  signal: AbortSignal,
): Promise<{ readonly restated: number; readonly left: number; readonly next: Instant }> {
  let [restated, left] = [0, 0];
  for (let day = from, days = 0; ; day = plusMs(day, dayMs), days += 1) {
    if (day > now || days === daysAtOnce) return { restated, left, next: day };
    const { sessions, needRecords } = await outdatedIn(ports.history, day, plusMs(day, dayMs), input, signal);
    left += needRecords.size;
    const wanted = new Set([...sessions].filter((name) => !needRecords.has(name)));
    if (wanted.size === 0) continue;
    const bills: SessionBill[] = [];
    for await (const bill of ports.history.bills(plusMs(day, -reachMs), plusMs(day, dayMs + reachMs))) {
      if (wanted.has(keyName(bill)) && bills.length < sessionsAtOnce) bills.push(bill);
    }
    const after = bills.map((bill) => repricedBill(bill, periodsOf(input.prices, bill.region)));
    left += after.filter((bill) => bill === null).length;
    restated += await write(ports, now, bills, after, input, signal);
    // The rest of a day with more of them has its turn in the next pass.
    if (bills.length === sessionsAtOnce) return { restated, left, next: day };
  }
}

/** A bill that the ledger still has goes through it, so that late records find the version that history has. */
async function write(
  ports: Ports,
  now: Instant,
  before: readonly SessionBill[],
  after: readonly (SessionBill | null)[],
  { prices, meter }: Input,
  signal: AbortSignal,
): Promise<number> {
  const stored = await ports.ledger.sessions(before);
  const kept: LedgerSession[] = [];
  const forgotten: LedgerSession[] = [];
  for (const [index, bill] of before.entries()) {
    const repriced = after[index] ?? null;
    if (repriced === null) continue;
    const usdOf = ({ charges, region }: SessionBill): string | null => {
      const cost = ratedOf(charges, periodsOf(prices, region), meter.gb);
      return cost === null ? null : formatUsd(cost.rated);
    };
    const version = bill.version + 1;
    const { account, region, interpreter, session } = bill;
    const restatement = {
      ...{ account, region, interpreter, session, at: now, version, lateRecords: 0 },
      reason: "price-change" as const,
      beforeUsd: usdOf(bill),
      afterUsd: usdOf(repriced),
    };
    const own = { bill: { ...repriced, version, asOf: now }, restatement, state: "closing" as const };
    const known = stored[index] ?? null;
    if (known === null) forgotten.push({ ...own, revision: 0, account: emptyAccount(bill), timeoutAt: null });
    // What is open or reopened gets today's prices when it is closed.
    else if (known.state === "closed" && known.bill.version === bill.version) kept.push({ ...known, ...own });
  }
  if (forgotten.length > 0) {
    await ports.history.restated(await restatementsAsTold(ports.history, forgotten, signal));
    await ports.history.write(forgotten.map(({ bill }) => bill));
  }
  // What cannot be kept stays `closing`: each pass that settles tells of it.
  const { closed } = await closeSessions(ports, { now, prices, meter }, kept, signal);
  return forgotten.length + closed.length;
}

const bookText = (prices: PriceBook): string =>
  JSON.stringify(
    [...prices].map(([region, periods]) => [
      region,
      periods.map(({ startsAt, rule, row }) => [startsAt, rule, row.usdPerVcpuHour, row.usdPerGbHour]),
    ]),
  );

/** A damaged document is as good as none: history is gone through once more. */
function memoryOf(text: string): { readonly book: string; readonly next: Instant | null } | null {
  try {
    const memory = object(JSON.parse(text), "prices-restated");
    return { book: string(memory["book"], "book"), next: orNull(memory["next"], "next", at) };
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

const leftProblem = (count: number, from: Instant, until: Instant): Problem => ({
  code: "PricesNotRestated",
  message: `The price book has changed, and ${count} closed bill${count === 1 ? "" : "s"} between ${isoOf(from).slice(0, 10)} and ${isoOf(until).slice(0, 10)} stay${count === 1 ? "s" : ""} at the price of then: a price begins within one of their hours, or their memory rule or GB is another, which only their usage records could tell. Nothing needs to be done; this is told once.`,
});
