import { rememberedPrincipals } from "../../attribution/remembered-principals.ts";
import type { SessionKey } from "../../billing/usage-record.ts";
import { type WindowSpan, windowAt } from "../../budget/budget-window.ts";
import type { SpendIn } from "../../budget/check-budgets.ts";
import { type Target, targetKey } from "../../inventory/target.ts";
import { type Instant, instant, plusMs } from "../../kernel/instant.ts";
import type { Problem } from "../../kernel/problem.ts";
import type { SessionBill } from "../../ledger/charge.ts";
import { sessionPart, targetPart } from "../../ports/ledger-key.ts";
import type { SessionRecord } from "../../ports/registry.ts";
import { costOfBill, costOfRecord, type Pricing } from "./costs.ts";
import { sessionsOfHistory } from "./history.ts";
import type { SpendInput, SpendPorts } from "./ports.ts";
import { storeProblem } from "./problem.ts";
import { isSame, spendTally } from "./tally.ts";
import { followTrail } from "./trail.ts";

// A session that has gone is in the ledger within a day, also where ended sessions are listed only once a day.
const goneForMs = 48 * 3_600_000;

/**
 * What was spent in the window of each budget. Each session comes from one place: from the ledger where it is there and not
 * closed, else from history, else, bounded, from what the passes of the scan saw of it.
 */
export async function readSpend(
  ports: SpendPorts,
  now: Instant,
  input: SpendInput,
  signal: AbortSignal,
): Promise<{ readonly spendIn: SpendIn; readonly problems: readonly Problem[] }> {
  const spans = spansOf(now, input);
  const trail = await followTrail(ports, now, input, signal);
  const principals = rememberedPrincipals(ports.documents);
  const tally = spendTally(spans, input.attribution, ports.documents, principals.principalOf);
  const pricing: Pricing = { prices: input.prices, gb: input.meter.gb, kind: ports.kind };
  const sources = await Promise.all(input.targets.map((target) => readTarget(ports, now, target)));
  const problems = [...trail.problems, ...sources.flatMap((source) => source.problems)];
  const bills = new Map(sources.flatMap((source) => source.bills.map((bill) => [nameOf(bill), bill] as const)));
  const seen = new Map(sources.flatMap(({ records }) => records.map((record) => [nameOf(record), record] as const)));
  try {
    for (const bill of bills.values()) await tally.add({ ...bill, cost: costOfBill(bill, now, pricing) });
    for await (const session of sessionsOfHistory(ports.history, unionOf(spans), pricing)) {
      signal.throwIfAborted();
      const name = nameOf(session);
      seen.delete(name);
      if (!bills.has(name)) await tally.add(session);
    }
    for (const [name, record] of seen) {
      if (!bills.has(name)) await tally.add({ ...record, cost: costOfRecord(record, now, pricing) });
    }
  } catch (error) {
    signal.throwIfAborted();
    return { spendIn: () => null, problems: [...problems, storeProblem("what was spent", error)] };
  }
  // Where it is not known who started a session, a value may have more than was found.
  const unread = new Set([...(input.unread ?? []), ...trail.behind].map(targetKey));
  // Where no target is known, nobody has read any.
  const complete =
    sources.length > 0 && sources.every((source) => source.complete && !unread.has(targetKey(source.target)));
  const lost = principals.problems();
  return {
    spendIn: (span) => ({ parts: tally.partsOf(span), complete: complete && lost.length === 0 }),
    problems: [...problems, ...lost],
  };
}

const nameOf = (key: SessionKey): string => `${targetPart(key)}/${sessionPart(key)}`;

function spansOf(now: Instant, { budgets }: SpendInput): readonly WindowSpan[] {
  const all = budgets.map(({ window }) => windowAt(window, now));
  return all.filter((span, index) => all.findIndex((other) => isSame(other, span)) === index);
}

const unionOf = (spans: readonly WindowSpan[]): WindowSpan => ({
  from: instant(Math.min(...spans.map(({ from }) => from))),
  until: instant(Math.max(...spans.map(({ until }) => until))),
});

interface TargetSource {
  readonly target: Target;
  readonly bills: readonly SessionBill[];
  readonly records: readonly (SessionRecord & Target)[];
  /** False where sessions of it may be missing. */
  readonly complete: boolean;
  readonly problems: readonly Problem[];
}

async function readTarget({ registry, ledger }: SpendPorts, now: Instant, target: Target): Promise<TargetSource> {
  try {
    // In this order: a session that is closed in between is in history by the time that is read.
    const { openSessions, health } = await registry.load(target);
    const gone = await registry.goneSince(target, plusMs(now, -goneForMs));
    const bills = (await ledger.open(target)).map(({ bill }) => bill);
    const records = [...openSessions, ...gone].map((record) => ({ ...record, ...target }));
    return { target, bills, records, complete: health?.level === "ok", problems: [] };
  } catch (error) {
    const problem = storeProblem(`the sessions of ${targetKey(target)}`, error);
    return { target, bills: [], records: [], complete: false, problems: [problem] };
  }
}
