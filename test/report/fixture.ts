import fc from "fast-check";
import { codeInterpreterKind } from "../../adapters/aws/code-interpreter-kind.ts";
import { attributionOf } from "../../adapters/config/attribution-of.ts";
import { accountId, interpreterId, region, sessionId } from "../../core/kernel/ids.ts";
import type { SessionBill } from "../../core/ledger/charge.ts";
import { figuresOf } from "../../core/reporting/cost-figures.ts";
import type { CostRequest, CostSource } from "../../core/reporting/cost-report.ts";
import { costReport } from "../../core/reporting/cost-report.ts";
import { type Given, sourceOf } from "../focus/fixture.ts";
import { day, prices } from "../history/fixture.ts";
import { bill, charge, hours } from "../ledger-store/bills.ts";

const target = { account: accountId("111122223333"), region: region("us-east-1") };
const signal = new AbortController().signal;

// biome-ignore lint/suspicious/noTemplateCurlyInString: groups of a pattern are written so in rules.
const teams = attributionOf([{ match: { name: "^(?P<team>[a-z]+)-" }, set: { team: "${team}" } }]);

export const costRequest = (change: Partial<CostRequest> = {}): CostRequest => ({
  now: hours(30),
  from: day(0),
  until: day(2),
  targets: [target],
  includes: () => true,
  groupBy: [],
  top: 5,
  kind: codeInterpreterKind,
  prices,
  gb: "binary",
  attribution: teams,
  principalOf: () => null,
  ...change,
});

/** A report, each group with its figures beside. */
export async function reportOf(given: Given, change: Partial<CostRequest> = {}) {
  const request = costRequest(change);
  const report = await costReport(await costSource(given), request, signal);
  return {
    ...report,
    groups: report.groups.map((group) => ({ ...group, figures: figuresOf(group.sums, report.scale) })),
  };
}

async function costSource(given: Given): Promise<CostSource> {
  const source = await sourceOf(given);
  return source;
}

const anyCharge = fc
  .record({
    hour: fc.integer({ min: 0, max: 20 }),
    vcpuNs: fc.bigInt({ min: 0n, max: 7_200_000_000_000n }),
    byteMs: fc.bigInt({ min: 0n, max: 30_000_000_000_000_000n }),
    idlePct: fc.bigInt({ min: 0n, max: 100n }),
    taxPct: fc.bigInt({ min: 0n, max: 100n }),
  })
  .map(({ hour, vcpuNs, byteMs, idlePct, taxPct }) =>
    charge({
      hourAt: hours(hour),
      vcpuNs,
      byteMs,
      idleByteMs: (byteMs * idlePct) / 100n,
      peakTaxByteMs: (byteMs * taxPct) / 100n,
      loggedByteMs: byteMs - (byteMs * taxPct) / 100n,
    }),
  );

/** Bills of all bases, two accounts and three Regions (one of them without a price), some of them over midnight. */
export const anyBill: fc.Arbitrary<SessionBill> = fc
  .record({
    id: fc.integer({ min: 0, max: 999_999 }),
    account: fc.constantFrom("111122223333", "222233334444"),
    region: fc.constantFrom("us-east-1", "eu-west-1", "sa-east-1"),
    interpreter: fc.constantFrom("a-Abcdefgh12", "b-Abcdefgh12"),
    name: fc.option(fc.constantFrom("data-1", "web-2", "unnamed", "=1+1")),
    basis: fc.constantFrom("rated" as const, "rated" as const, "allocated" as const, "bounded" as const),
    charges: fc.uniqueArray(anyCharge, { selector: (it) => it.hourAt, minLength: 1, maxLength: 4 }),
  })
  .map(({ id, charges, ...it }) =>
    bill(`s${id}`, {
      ...it,
      account: accountId(it.account),
      region: region(it.region),
      interpreter: interpreterId(it.interpreter),
      session: sessionId(`s${id}`),
      charges: (it.basis === "bounded" ? [] : charges).map((own) =>
        it.region === "sa-east-1" ? { ...own, priceStartsAt: null } : own,
      ),
      lowUsd: it.basis === "bounded" && it.region !== "sa-east-1" ? "0.000000328125" : null,
      highUsd: it.basis === "bounded" && it.region !== "sa-east-1" ? "0.254600000000" : null,
    }),
  );
