import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { codeInterpreterKind } from "../adapters/aws/code-interpreter-kind.ts";
import { folderUsageSource } from "../adapters/files/usage-source.ts";
import { folderStore } from "../adapters/history/folder-store.ts";
import { parquetHistory } from "../adapters/history/parquet-history.ts";
import { sqliteDocuments } from "../adapters/sqlite/documents.ts";
import { sqliteLedger } from "../adapters/sqlite/ledger.ts";
import { codeInterpreterPrices } from "../core/billing/code-interpreter-prices.ts";
import { priceBookOf } from "../core/billing/price-book.ts";
import type { AccountsInput, AccountsPorts } from "../core/jobs/accounts/ports.ts";
import { keepAccounts } from "../core/jobs/keep-accounts.ts";
import { accountId, region } from "../core/kernel/ids.ts";
import { instant } from "../core/kernel/instant.ts";
import { readAccount, writeAccount } from "../core/ledger/account-text.ts";
import type { Ledger } from "../core/ports/ledger.ts";
import type { SessionRecord } from "../core/ports/registry.ts";

/** What `rate` says of the file: the sessions that a scan would have seen. */
export interface BenchSession {
  readonly account: string;
  readonly region: string;
  readonly record: SessionRecord;
}

// One measured ingest in a process of its own, from a file in a folder to closed sessions in SQLite and in Parquet:
// FILE SESSIONS-FILE. The time is that of the jobs, without the start of Node or the loading of the code.
const [file = "", sessionsFile = ""] = process.argv.slice(2);
const minuteMs = 60_000;
const sessions = JSON.parse(readFileSync(sessionsFile, "utf8")) as readonly BenchSession[];
const targets = [...new Set(sessions.map((session) => session.region))].map((name) => ({
  account: accountId(sessions[0]?.account ?? ""),
  region: region(name),
}));
const lastAt = Math.max(...sessions.map(({ record }) => record.lastSeenAt));
/** A day's records, brought in the morning after. */
const deliveredAt = lastAt + 12 * 60 * minuteMs;

const folder = mkdtempSync(path.join(tmpdir(), "sandmeter-bench-"));
mkdirSync(path.join(folder, "usage"));
symlinkSync(path.resolve(file), path.join(folder, "usage", "usage.ndjson"));

const prices = priceBookOf(codeInterpreterPrices);
const meter = { gb: "binary", idleVcpu: 0.02, unpricedRule: "2026-09" } as const;
const stateFile = path.join(folder, "state.db");
const stored = sqliteLedger(stateFile, { encode: writeAccount, decode: readAccount });
const documents = sqliteDocuments(stateFile);
const history = parquetHistory(folderStore(path.join(folder, "history")), { prices, gb: "binary" });
const writes = { sessions: 0, marks: 0 };
const ledger: Ledger = {
  ...stored,
  put: (session) => {
    writes.sessions += 1;
    return stored.put(session);
  },
  advance: (target, mark) => {
    writes.marks += 1;
    return stored.advance(target, mark);
  },
};
const recordsOf = (target: (typeof targets)[number]): readonly SessionRecord[] =>
  sessions.filter(({ region: name }) => name === target.region).map(({ record }) => record);

const ports: AccountsPorts = {
  sandboxes: {
    listInterpreters: async (target) => ({
      items: [...new Set(recordsOf(target).map(({ interpreter }) => interpreter))].map((id) => ({
        id,
        arn: `arn:aws:bedrock-agentcore:${target.region}:${target.account}:code-interpreter-custom/${id}`,
        kind: "CUSTOM" as const,
        name: id,
        status: "READY",
        createdAt: null,
      })),
      problems: [],
      complete: true,
    }),
    getSession: async () => ({ kind: "gone" }),
  },
  listEndedSessions: async () => ({ items: [], problems: [], complete: true, next: null, pages: 1 }),
  readTags: async () => ({ kind: "found", value: {} }),
  readInterpreterUsage: async () => ({ hours: new Map(), problems: [] }),
  kind: codeInterpreterKind,
  usage: folderUsageSource(path.join(folder, "usage"), () => instant(deliveredAt)),
  registry: {
    load: async () => ({ revision: 1, openSessions: [], alerts: [], health: null, unsentEvents: [] }),
    goneSince: async (target) => recordsOf(target),
    addGone: async () => undefined,
  },
  ledger,
  history,
  documents,
  trail: null,
  sendEvents: async () => [],
};
const input: AccountsInput = {
  targets,
  prices,
  meter,
  attribution: { rules: [], labels: [] },
  budgets: [],
  publish: false,
  backfillMs: 24 * 60 * minuteMs,
  notEnabled: "fail",
  aggregateAbove: 2000,
};

const signal = new AbortController().signal;
const started = performance.now();
let passes = 0;
let closed = 0;
let lines = 0;
for (let now = deliveredAt + 5 * minuteMs; closed < sessions.length && passes < 20; now += 15 * minuteMs) {
  const outcome = await keepAccounts(ports)(instant(now), input, signal);
  const problems = outcome.targets.flatMap((target) => target.problems);
  if (problems.length > 0) throw new Error(JSON.stringify(problems[0]));
  passes += 1;
  closed += outcome.targets.reduce((sum, target) => sum + target.closed, 0);
  lines += outcome.targets.reduce(
    (sum, target) => sum + target.sources.reduce((all, source) => all + source.lines, 0),
    0,
  );
}
const ms = performance.now() - started;
const peakMb = process.resourceUsage().maxRSS / 1024;

const sums = { vcpuNs: 0n, byteMs: 0n };
for await (const { rows, columns } of history.columns(instant(0), instant(deliveredAt), ["SkuMeter", "x_Usage"])) {
  for (let row = 0; row < rows; row += 1) {
    sums[columns.SkuMeter[row] === "vCPU" ? "vcpuNs" : "byteMs"] += columns.x_Usage[row] ?? 0n;
  }
}
stored.close();
documents.close();
rmSync(folder, { recursive: true });
const totals = { sessions: closed, vcpuNs: String(sums.vcpuNs), byteMs: String(sums.byteMs) };
process.stdout.write(`${JSON.stringify({ ms, peakMb, totals, passes, writes, lines })}\n`);
