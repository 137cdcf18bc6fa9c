import type { Expression, GroupDefinition, ResultByTime } from "@aws-sdk/client-cost-explorer";
import { instantOfIso, startOfDay } from "../../core/kernel/calendar.ts";
import { type AccountId, accountId } from "../../core/kernel/ids.ts";
import { type Instant, instant, isoOf, plusMs } from "../../core/kernel/instant.ts";
import { usd } from "../../core/kernel/money.ts";
import type { Listing, Problem } from "../../core/kernel/problem.ts";
import type { BilledUsage, BilledWindow, ReadBilledUsage } from "../../core/ports/billed-usage.ts";
import { type BillSum, billSum } from "../../core/reconcile/bill-sum.ts";
import { daysBetween } from "../../core/reconcile/days-between.ts";
import { type AwsCall, AwsError } from "./aws-error.ts";
import type { AwsClients } from "./clients.ts";
import { costExplorerErrorOf } from "./cost-explorer-error.ts";
import { record, text } from "./members.ts";
import { readPages } from "./pages.ts";
import { partitionOf } from "./regions.ts";

const service = "Amazon Bedrock AgentCore";
/** AWS brings Cost Explorer up to date at least once a day. */
const delayMs = 86_400_000;
const amountDecimals = 10;
/** Dollars of a request are a hundredth each (price list, read 2026-09), those that are repeated included. */
const requestCents = 1n;

/**
 * Reads the bill from Cost Explorer: one request for the accounts that used the service, then for each of them its days by
 * usage type and Region. It groups by two things at most, so the account is a filter. Discounts and credits are other
 * record types than usage, so they are not in what is read.
 */
export const costExplorerBill =
  (clients: AwsClients, homeRegion: string): ReadBilledUsage =>
  async (window, signal) => {
    const asking = costExplorer(clients, regionOf(homeRegion), window, signal);
    const accounts = await accountsOf(asking, window.accounts);
    const sum = billSum();
    const problems: Problem[] = [];
    const read = new Set<AccountId>();
    const seen = new Map<Instant, number>();
    let estimated = false;
    for (const account of accounts) {
      const {
        items,
        problems: own,
        complete,
      } = await asking.days(
        [...base, dimension("LINKED_ACCOUNT", account)],
        ["USAGE_TYPE", "REGION"],
        "DAILY",
        `account ${account}`,
      );
      problems.push(...own);
      // Some pages of an account are no bill of it.
      if (!complete) continue;
      read.add(account);
      for (const day of new Set(items.map(({ at }) => at))) seen.set(day, (seen.get(day) ?? 0) + 1);
      for (const result of items) addDay(sum, account, result);
      estimated ||= items.some(({ raw }) => raw.Estimated === true);
    }
    const knownUntil = knownUntilOf(window);
    return {
      source: "cost-explorer",
      lines: sum.lines(),
      setAside: sum.allSetAside(),
      unusable: sum.unusable(),
      knownUntil,
      missingDays: daysBetween(window.from, knownUntil).filter((day) => (seen.get(day) ?? 0) < read.size),
      accounts: read,
      decimals: amountDecimals,
      estimated,
      requests: { count: asking.count(), usd: usd(BigInt(asking.count()) * requestCents, 100n) },
      problems: [...problems, ...sum.wrong().map(wrongEntry)],
    } satisfies BilledUsage;
  };

/** There is one endpoint in each partition. */
const regionOf = (homeRegion: string): string =>
  partitionOf(homeRegion) === "aws-cn" ? "cn-northwest-1" : "us-east-1";

const dimension = (key: "SERVICE" | "RECORD_TYPE" | "LINKED_ACCOUNT", value: string): Expression => ({
  Dimensions: { Key: key, Values: [value] },
});
const base: readonly Expression[] = [dimension("SERVICE", service), dimension("RECORD_TYPE", "Usage")];

/** The last day may be there in part: nothing tells how far, so it is not known. */
const knownUntilOf = ({ from, until, now }: BilledWindow): Instant =>
  instant(Math.max(from, Math.min(until, startOfDay(plusMs(now, -delayMs)))));

interface AnsweredPeriod {
  readonly id: string;
  readonly at: Instant;
  readonly raw: ResultByTime;
}

interface Asking {
  readonly days: (
    filters: readonly Expression[],
    groupBy: readonly string[],
    granularity: "DAILY" | "MONTHLY",
    subject?: string,
  ) => Promise<Listing<AnsweredPeriod>>;
  readonly count: () => number;
}

function costExplorer(clients: AwsClients, region: string, window: BilledWindow, signal: AbortSignal): Asking {
  let count = 0;
  const days: Asking["days"] = (filters, groupBy, granularity, subject) => {
    const call: AwsCall = { operation: "GetCostAndUsage", region, ...(subject === undefined ? {} : { subject }) };
    let parsed = 0;
    return readPages<AnsweredPeriod>(
      call,
      async (token) => {
        const client = await clients.costExplorer(region);
        const { GetCostAndUsageCommand } = await import("@aws-sdk/client-cost-explorer");
        try {
          const answer = await client.send(
            new GetCostAndUsageCommand({
              TimePeriod: { Start: isoOf(window.from).slice(0, 10), End: isoOf(window.until).slice(0, 10) },
              Granularity: granularity,
              Metrics: ["UnblendedCost", "UsageQuantity"],
              Filter: { And: [...filters] },
              GroupBy: groupBy.map((Key): GroupDefinition => ({ Type: "DIMENSION", Key })),
              ...(token === undefined ? {} : { NextPageToken: token }),
            }),
            { abortSignal: signal },
          );
          count += answer.$metadata.attempts ?? 1;
          return { items: answer.ResultsByTime, nextToken: answer.NextPageToken };
        } catch (error) {
          count += attemptsOf(error);
          throw costExplorerErrorOf(error, call);
        }
      },
      (raw) => {
        const start = text(record(record(raw)["TimePeriod"])["Start"]);
        const at = start === null ? null : instantOfIso(start.slice(0, 10));
        if (at === null) return { wrong: "a period without a start" };
        parsed += 1;
        // A period may go on over several pages.
        return { item: { id: String(parsed), at, raw: raw as ResultByTime } };
      },
      signal,
    );
  };
  return { days, count: () => count };
}

function attemptsOf(error: unknown): number {
  const attempts = record(record(error)["$metadata"])["attempts"];
  return typeof attempts === "number" ? attempts : 1;
}

/**
 * Accounts of which there is a bill to see. Those that are wanted are asked for too: of an account that the caller may not see,
 * Cost Explorer says nothing but that it used nothing. Throws `AwsError`: without the accounts there is no bill to read.
 */
async function accountsOf(asking: Asking, wanted: readonly AccountId[] | null): Promise<readonly AccountId[]> {
  const { items, problems } = await asking.days(base, ["LINKED_ACCOUNT"], "MONTHLY");
  const [problem] = problems;
  if (problem !== undefined) {
    const call = { operation: "GetCostAndUsage", region: "" };
    throw new AwsError(problem.code, call, problem.message);
  }
  const names = items.flatMap(({ raw }) => (raw.Groups ?? []).map(({ Keys: keys = [] }) => keys[0] ?? ""));
  const seen = [...new Set(names)].filter((name) => /^\d{12}$/.test(name)).map(accountId);
  return seen.filter((account) => wanted === null || wanted.includes(account));
}

function addDay(sum: BillSum, account: AccountId, { at, raw }: AnsweredPeriod): void {
  for (const { Keys: keys = [], Metrics: metrics = {} } of raw.Groups ?? []) {
    const [usageType = "", region = ""] = keys;
    const cost = metrics["UnblendedCost"];
    const quantity = metrics["UsageQuantity"];
    sum.add({
      account,
      region,
      usageType,
      // Where quantities of several units were added up, it names none.
      unit: quantity?.Unit === "N/A" ? "" : (quantity?.Unit ?? ""),
      at,
      quantity: quantity?.Amount ?? "",
      usd: cost?.Unit === "USD" ? (cost.Amount ?? "") : `${cost?.Amount ?? ""} ${cost?.Unit ?? ""}`,
    });
  }
}

const wrongEntry = (why: string): Problem => ({
  code: "BadAnswer",
  operation: "GetCostAndUsage",
  message: `Cost Explorer has a figure that cannot be used: ${why}. It is in no sum.`,
});
