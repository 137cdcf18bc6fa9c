import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sqliteRegistry } from "../../adapters/sqlite/registry.ts";
import { embedded, target } from "../aws/embedded.ts";
import { change, here } from "../registry/records.ts";
import { type Child, startNode } from "./child.ts";
import { embeddedEnvironment } from "./embedded-env.ts";

const aws = await embedded(
  {
    places: [
      {
        region: "us-east-1",
        appliedQuotas: { sessions: 10, interpreters: null },
        sessions: [{ interpreter: "system", profile: "bursty", count: 9, createdSeconds: -30, timeoutSeconds: 28_800 }],
      },
    ],
  },
  { startAt: Date.now(), speed: 1 },
);

let folder: string;
const children: Child[] = [];
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "sandmeter-"));
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    child.process.kill("SIGKILL");
    await child.ended;
  }
  rmSync(folder, { recursive: true, force: true });
  await aws.clearFaults();
  await aws.takeCalls();
});
const stateFile = (): string => path.join(folder, "state.sqlite");
const start = (...args: string[]): Child => {
  const child = startNode(args, embeddedEnvironment(aws.url));
  children.push(child);
  return child;
};
const startWatch = (...flags: string[]): Child =>
  start("cli/main.ts", "watch", "--requests-per-second", "1000", "--state", stateFile(), ...flags);
/** Without reading usage logs, at the pace that the log service allows. */
const startScans = (...flags: string[]): Child => startWatch("--no-accounts", ...flags);

/** Ends the child as Ctrl-C does; answers how it ended and how long that took. */
async function interrupt(child: Child) {
  const sentAt = performance.now();
  child.process.kill("SIGINT");
  const end = await child.ended;
  return { ...end, tookMs: performance.now() - sentAt };
}

function intact(): void {
  const database = new DatabaseSync(stateFile());
  expect(database.prepare("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
  database.close();
}

describe("Ctrl-C during watch", () => {
  it("ends within a second between two passes, with state intact and exit code 0", async () => {
    const child = startWatch("--every", "60s");
    await child.wrote("pass 1:");
    const { code, tookMs } = await interrupt(child);
    expect({ code, err: child.err() }).toEqual({ code: 0, err: "" });
    expect(tookMs).toBeLessThan(1000);
    intact();
    const state = sqliteRegistry(stateFile());
    expect(await state.load(target("us-east-1"))).toMatchObject({ revision: 1 });
    state.close();
  });

  it("is one Ctrl-C where the terminal and a launcher both pass it on", async () => {
    const child = startWatch("--every", "60s");
    await child.wrote("pass 1:");
    child.process.kill("SIGINT");
    const { code } = await interrupt(child);
    expect({ code, err: child.err() }).toEqual({ code: 0, err: "" });
    intact();
  });

  it("ends within a second in the middle of a pass, and the next run goes on", async () => {
    await aws.addFaults({ kind: "slow", operation: "ListCodeInterpreterSessions", delayMs: 60_000 });
    const child = startWatch("--every", "60s");
    await reached("ListCodeInterpreterSessions");
    const { code, tookMs } = await interrupt(child);
    expect({ code, err: child.err() }).toEqual({ code: 0, err: "" });
    expect(tookMs).toBeLessThan(1000);
    intact();
    await aws.clearFaults();
    const next = startScans("--once");
    expect((await next.ended).code).toBe(0);
    expect(next.out()).toContain("9 live sessions");
  });

  it("ends within a second before the first pass, where nobody answers", async () => {
    await aws.addFaults({ kind: "slow", operation: "GetCallerIdentity", delayMs: 60_000 });
    const child = startWatch();
    await reached("GetCallerIdentity");
    const { code, tookMs } = await interrupt(child);
    expect({ code, err: child.err() }).toEqual({ code: 0, err: "" });
    expect(tookMs).toBeLessThan(1000);
  });
});

/** Waits until the embedded AWS has received a request of this operation. */
async function reached(operation: string): Promise<void> {
  for (;;) {
    const answer = await fetch(`${aws.url}/_local/calls`);
    const { counts } = (await answer.json()) as { counts: { operation: string; attempts: number }[] };
    if (counts.some((count) => count.operation === operation && count.attempts > 0)) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe("two processes on one state", () => {
  it("give one alert", async () => {
    const both = [0, 1].map(() => startScans("--passes", "2", "--every", "1s", "--json"));
    for (const child of both) expect((await child.ended).code).toBe(0);
    const answer = await fetch(`${aws.url}/_local/events`);
    const { events } = (await answer.json()) as { events: readonly { detail: { id: string } }[] };
    expect(events).toHaveLength(1);
    intact();
  });
});

describe("a process that is killed between writes", () => {
  it("leaves the whole of each change that it committed, and nothing of any other", async () => {
    const child = start("test/watch/keep-committing.ts", stateFile());
    await child.wrote("\n25\n");
    child.process.kill("SIGKILL");
    expect((await child.ended).signal).toBe("SIGKILL");
    const reported = Number(child.out().trim().split("\n").at(-1));
    intact();
    const state = sqliteRegistry(stateFile());
    const { revision, openSessions, unsentEvents } = await state.load(here);
    expect(revision).toBeGreaterThanOrEqual(reported);
    expect(new Set(openSessions.map((record) => Number(record.lastSeenAt)))).toEqual(new Set([revision]));
    expect(unsentEvents.map((event) => event.id)).toEqual(
      Array.from({ length: revision }, (_, index) => `e${index + 1}`),
    );
    expect(await state.commit(here, revision, change())).toBe("committed");
    state.close();
  });
});
