import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { folderStore } from "../../adapters/history/folder-store.ts";
import { parquetHistory } from "../../adapters/history/parquet-history.ts";
import { type Instant, instant } from "../../core/kernel/instant.ts";
import { formatUsd } from "../../core/kernel/money.ts";
import type { SessionBill } from "../../core/ledger/charge.ts";
import { costReport } from "../../core/reporting/cost-report.ts";
import { requestOf, sourceOf } from "../focus/fixture.ts";
import { prices } from "../history/fixture.ts";
import { bill, charge } from "../ledger-store/bills.ts";
import { runCli } from "../scan/run-cli.ts";

const october = (hours: number): Instant => instant(Date.UTC(2026, 9, 1) + hours * 3_600_000);
const window = { from: october(0), until: october(24) };
/** A hundred GB-hours of the larger GB, a fifth of them idle. */
const byteMs = 3_600_000n * 2n ** 30n * 100n;
const memory = (session: string): SessionBill =>
  bill(session, {
    createdAt: october(0),
    endedAt: october(1),
    asOf: october(3),
    charges: [
      charge({
        hourAt: october(0),
        vcpuNs: 0n,
        byteMs,
        idleByteMs: byteMs / 5n,
        loggedByteMs: byteMs,
        peakTaxByteMs: 0n,
      }),
    ],
  });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "sandmeter-gb-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function write(gb: "binary" | "decimal", bills: readonly SessionBill[]): Promise<void> {
  await parquetHistory(folderStore(folder), { prices, gb }, { now: () => october(4) }).write(bills);
}

function run(gb: "binary" | "decimal", ...argv: string[]) {
  const config = path.join(folder, `${gb}.yaml`);
  writeFileSync(config, `usage:\n  gb: ${gb}\n`);
  const places = ["--state", path.join(folder, "none"), "--history", folder, "--month", "2026-10"];
  return runCli(["report", ...argv, ...places, "--config", config]);
}

describe("what was charged before usage.gb was changed", () => {
  it("stays as it was, in an open month and in a closed one", async () => {
    await write("binary", [memory("a")]);
    await run("binary", "close", "--force");
    const before = JSON.parse((await run("binary", "--json")).out) as { readonly total: object };
    const after = JSON.parse((await run("decimal", "--json")).out);
    expect(before).toMatchObject({
      total: { usd: "0.945000000000", idleUsd: "0.189000000000", gbHours: "100.000000000000" },
    });
    expect(after).toMatchObject({
      total: before.total,
      closed: { frozenUsd: "0.945000000000", adjustmentUsd: "0.000000000000" },
      problems: [],
    });
  });

  it("adds up with what was charged after it, exactly", async () => {
    await write("binary", [memory("a")]);
    await write("decimal", [memory("b")]);
    for (const gb of ["binary", "decimal"] as const) {
      const { out } = await run(gb, "--json", "--group-by", "session");
      expect(JSON.parse(out)).toMatchObject({
        total: { usd: "1.959686023680", gbHours: "207.374182400000", idleUsd: "0.391937204736" },
        groups: [
          { by: { session: "b" }, usd: "1.014686023680" },
          { by: { session: "a" }, usd: "0.945000000000" },
        ],
        top: [{ session: "b" }, { session: "a" }],
      });
    }
  });

  it("takes the setting where a row does not say", async () => {
    const source = await sourceOf({ open: [memory("a")] });
    for (const [gb, usd] of [
      ["binary", "0.945000000000"],
      ["decimal", "1.014686023680"],
    ] as const) {
      const request = { ...requestOf({ ...window, gb }), groupBy: [], top: 0 };
      const { total } = await costReport(source, request, new AbortController().signal);
      expect(formatUsd(total.known)).toBe(usd);
    }
  });

  it("has its idle cost in FOCUS rows by the GB of then", async () => {
    await write("binary", [memory("a")]);
    const out = path.join(folder, "x.csv");
    await run("decimal", "--format", "focus", "--out", out);
    const [head = "", ...lines] = readFileSync(out, "utf8").trim().split("\n");
    const place = head.split(",").indexOf("x_IdleCost");
    expect(lines.map((line) => Number(line.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/)[place])).toSorted()).toEqual([
      0, 0.189,
    ]);
  });
});
