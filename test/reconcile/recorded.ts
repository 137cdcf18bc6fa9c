import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, vi } from "vitest";
import { accountId, region } from "../../core/kernel/ids.ts";
import { localClock } from "../../local/clock.ts";
import { createWorld } from "../../local/create-world.ts";
import { fleetSpec } from "../../local/fleet/fleet-spec.ts";
import { startLocalAws } from "../../local/server.ts";
import { recordOnce } from "../house/recorded.ts";
import { type CliRun, runCli } from "../scan/run-cli.ts";
import { embeddedEnvironment } from "../watch/embedded-env.ts";

const hourMs = 3_600_000;

const sessions = (interpreter: string, count: number, untilHours = 24) => ({
  interpreter,
  profile: "bursty" as const,
  count,
  createdSeconds: [-3 * 3600, untilHours * 3600] as [number, number],
  timeoutSeconds: [900, 1800],
});
const named = (name: string, usageLogs = true) => ({ name, networkMode: "SANDBOX" as const, usageLogs });

/** A Region that is known in full, one with sessions of which there are no records, and one that nobody watches. */
const fleet = () =>
  fleetSpec.parse({
    firstAccount: "111122223333",
    places: [
      { region: "us-east-1", interpreters: [named("lit")], sessions: [sessions("lit", 8)] },
      {
        region: "eu-west-1",
        interpreters: [named("lit"), named("dark", false)],
        sessions: [sessions("lit", 4), sessions("dark", 3, -1)],
      },
      { region: "sa-east-1", interpreters: [named("lit")], sessions: [sessions("lit", 2)] },
    ],
  });

export interface Recorded {
  readonly url: string;
  readonly folder: string;
  readonly reconcile: (...flags: string[]) => Promise<CliRun>;
  readonly post: (path: string, body: object) => Promise<void>;
  readonly bill: (format: "cur2" | "focus") => Promise<string>;
}

/** What passes of `watch` recorded of two days of October 2026, on the clock of the embedded AWS. */
export async function recorded(): Promise<Recorded> {
  const clock = localClock({ startAt: Date.UTC(2026, 9, 20, 12), speed: 0 });
  const limits = { requestsPerSecond: 100_000, othersTimes: 10_000 };
  const server = await startLocalAws({ world: createWorld({ fleet: fleet(), seed: 11, clock, limits }), port: 0 });
  const folder = mkdtempSync(path.join(tmpdir(), "reconcile-"));
  vi.useFakeTimers({ toFake: ["Date"], now: clock.now() });
  for (const [name, value] of Object.entries(embeddedEnvironment(server.url))) vi.stubEnv(name, value);
  afterAll(async () => {
    vi.useRealTimers();
    vi.unstubAllEnvs();
    await server.close();
    rmSync(folder, { recursive: true });
  });
  const advance = (hours: number): void => {
    clock.advance(hours * hourMs);
    vi.setSystemTime(clock.now());
  };
  for (const hours of [0, 24, 4, 24]) {
    advance(hours);
    for (const name of ["us-east-1", "eu-west-1"]) {
      const target = { account: accountId("111122223333"), region: region(name) };
      await recordOnce(server.url, folder, target, clock.now());
    }
  }
  advance(24);
  return {
    url: server.url,
    folder,
    reconcile: (...flags) => runCli(["reconcile", ...flags], { cwd: folder, env: { HOME: folder } }),
    post: async (where, body) => {
      const { ok } = await fetch(`${server.url}/_local/${where}`, { method: "POST", body: JSON.stringify(body) });
      if (!ok) throw new Error(`${where} was refused`);
    },
    bill: async (format) => (await fetch(`${server.url}/_local/bill?month=2026-10&format=${format}`)).text(),
  };
}
