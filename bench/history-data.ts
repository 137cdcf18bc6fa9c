import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { folderStore } from "../adapters/history/folder-store.ts";
import { parquetHistory } from "../adapters/history/parquet-history.ts";
import { codeInterpreterPrices, previewStartedAt } from "../core/billing/code-interpreter-prices.ts";
import { priceBookOf } from "../core/billing/price-book.ts";
import { accountId, interpreterId, region, sessionId } from "../core/kernel/ids.ts";
import { type Instant, instant } from "../core/kernel/instant.ts";
import type { Charge, SessionBill } from "../core/ledger/charge.ts";
import { randomOf } from "./random.ts";

const hourMs = 3_600_000;
const days = 30;
/** 2026-11-01T00:00:00Z */
const historyFrom = instant(1_793_491_200_000);
const accounts = ["111122223333", "222233334444"];
const regions = ["us-east-1", "eu-west-1", "ap-northeast-1"];
const agents = ["etl", "chat", "review", "search", "forecast", "triage"];

/** The names of half of the sessions say agent, environment and a number. */
export const attributionYaml = `attribution:
  - match: { name: "^(?P<agent>[a-z]+)-(?P<env>prod|test)-" }
    set: { team: "\${agent}", env: "\${env}" }
  - match: { interpreter: "tool1*" }
    set: { team: platform }
`;

/** A folder of history with a month's rows, about as many as asked for: the same for the same `rows`; made once. */
export async function historyFolder(rows: number): Promise<string> {
  const folder = path.join(import.meta.dirname, ".data", `history-${rows}`);
  if (existsSync(folder)) return folder;
  const unfinished = `${folder}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  const prices = priceBookOf(codeInterpreterPrices);
  const history = parquetHistory(folderStore(unfinished), { prices, gb: "binary" });
  const random = randomOf(rows);
  const perFile = Math.round(rows / (days * accounts.length * regions.length));
  for (let day = 0; day < days; day += 1) {
    for (const account of accounts) {
      for (const name of regions) {
        const from = historyFrom + day * 24 * hourMs;
        await history.write(billsOf(account, name, from, perFile, random));
      }
    }
  }
  renameSync(unfinished, folder);
  return folder;
}

/** Bills of one day, account and Region that make so many rows. Most sessions are short; some run for hours. */
function billsOf(account: string, name: string, from: number, rows: number, random: () => number): SessionBill[] {
  const bills: SessionBill[] = [];
  for (let made = 0; made < rows; ) {
    const hours = random() < 0.8 ? 1 + Math.floor(2 * random()) : 3 + Math.floor(6 * random());
    const firstHour = Math.floor(random() * (24 - hours));
    const number = Math.floor(random() * 1e9);
    bills.push(billOf(account, name, number, from + firstHour * hourMs, hours, random));
    made += 2 * hours;
  }
  return bills;
}

function billOf(
  account: string,
  name: string,
  number: number,
  firstHourAt: number,
  hours: number,
  random: () => number,
): SessionBill {
  const charges = Array.from({ length: hours }, (_, hour) => chargeOf(instant(firstHourAt + hour * hourMs), random));
  const agent = agents[Math.floor(random() * agents.length)];
  const endedAt = instant(firstHourAt + hours * hourMs - 1);
  return {
    account: accountId(account),
    region: region(name),
    interpreter: interpreterId(`tool${number % 20}-VbMl9Hi8I4`),
    session: sessionId(`01K71MX1HF${String(number).padStart(16, "0")}`),
    name: random() < 0.5 ? `${agent}-${random() < 0.7 ? "prod" : "test"}-${number % 1000}` : null,
    createdAt: instant(firstHourAt),
    endedAt,
    endSource: "list",
    basis: "rated",
    approximate: null,
    charges,
    gapMs: 0,
    duplicates: Math.floor(random() * 3),
    lateUnverifiable: 0,
    peakBytes: 1_200_000_000,
    lowUsd: null,
    highUsd: null,
    asOf: instant(endedAt + 75 * 60_000),
    final: true,
    version: 1,
  };
}

function chargeOf(hourAt: Instant, random: () => number): Charge {
  const meteredMs = 60_000 + Math.floor(random() * 3_500_000);
  const byteMs = BigInt(meteredMs) * BigInt(Math.floor(134_217_728 + random() * 3e9));
  return {
    hourAt,
    priceStartsAt: priceStartsAt(hourAt),
    records: Math.floor(meteredMs / 1000),
    meteredMs,
    vcpuNs: BigInt(Math.floor(meteredMs * 1e6 * random())),
    byteMs,
    idleByteMs: byteMs / 3n,
    loggedByteMs: (byteMs * 9n) / 10n,
    peakTaxByteMs: byteMs / 12n,
  };
}

const priceStartsAt = (at: Instant): Instant =>
  codeInterpreterPrices
    .filter((row) => row.startsAt <= at)
    .reduce((latest, row) => instant(Math.max(latest, row.startsAt)), previewStartedAt);
