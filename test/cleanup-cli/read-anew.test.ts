import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { readCleanupInput } from "../../cli/cleanup/cleanup-input.ts";
import { cleanupPartOf } from "../../cli/cleanup/cleanup-part.ts";
import { type CleanupRead, type ReadAnew, readAnewOf } from "../../cli/cleanup/read-anew.ts";
import { instant } from "../../core/kernel/instant.ts";

const policies = "version: 1\npolicies:\n  - { id: all, mode: enforce, idleAfter: 15m }\n";
const config = "cleanup: { policy: p.yaml, invocationStamp: start }\n";
const longAgo = Date.parse("2026-01-01T00:00:00Z");
let cwd = "";
/** As it was saved a while ago, where nothing else is said. */
const write = (name: string, text: string, at = longAgo): void => {
  writeFileSync(path.join(cwd, name), text);
  utimesSync(path.join(cwd, name), at / 1000, at / 1000);
};
const remove = (name: string): void => rmSync(path.join(cwd, name));

beforeEach(() => {
  cwd = mkdtempSync(path.join(tmpdir(), "sandmeter-anew-"));
  write("p.yaml", policies);
  write("sandmeter.config.yaml", config);
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

/** What is read after a change by a command that began before it. */
async function readAfter(change: () => void): Promise<CleanupRead> {
  const begun = await readCleanupInput({ state: "state.sqlite" }, { cwd, env: {} } as never, "if-there");
  expect(begun.problems).toEqual([]);
  change();
  const read = await begun.readAnew?.();
  if (read === undefined) throw new Error("policies were read once and for all");
  return read;
}

it.each<[string, () => void, RegExp]>([
  ["is garbage", () => write("p.yaml", "version: ["), /p\.yaml:1: /],
  ["is empty", () => write("p.yaml", ""), /p\.yaml/],
  ["is wrong", () => write("p.yaml", policies.replace("15m", "15")), /p\.yaml:3: policies\[0\]\.idleAfter /],
  ["is gone", () => remove("p.yaml"), /there is no policy file .*p\.yaml: write one/],
  ["is a folder", () => write("sandmeter.config.yaml", "cleanup: { policy: . }\n"), /cannot be read/],
  [
    "is named by nothing",
    () => write("sandmeter.config.yaml", "cleanup: {}\n"),
    /nothing names a policy file any more/,
  ],
  ["is beyond new bounds", () => write("sandmeter.config.yaml", bounded("idleAfterAtLeast: 1h")), /p\.yaml:3: .*1h/],
  ["lies under a configuration that is wrong", () => write("sandmeter.config.yaml", "cleanup: 4\n"), /yaml:1: cleanup/],
  ["lost its configuration", () => remove("sandmeter.config.yaml"), /was there when this began, and is gone/],
])("a policy file that %s holds no more, and it is said what to mend", async (_name, change, message) => {
  const read = await readAfter(change);
  expect(read).toMatchObject({ kind: "unread", message: expect.stringMatching(message) as string });
});

it("what the files say now is in force, with the bounds and invocationStamp of now", async () => {
  const read = await readAfter(() => {
    write("p.yaml", policies.replace("enforce", "observe"));
    write("sandmeter.config.yaml", bounded("neverStop: [{ region: us-east-1 }]"));
  });
  expect(read).toMatchObject({
    kind: "read",
    part: {
      policies: {
        policies: [{ id: "all", mode: "observe" }],
        protections: [{ source: "bounds", match: { region: "us-east-1" } }],
        invocationStamp: "unknown",
      },
    },
  });
});

const bounded = (bounds: string): string => `cleanup: { policy: p.yaml, bounds: { ${bounds} } }\n`;

/** Reads a policy file anew by a clock that tells how long was waited; `onSleep` happens meanwhile. */
async function readingAt(start: number, onSleep: () => void = () => undefined) {
  const slept: number[] = [];
  let now = start;
  const clock = {
    now: () => instant(now),
    sleep: async (ms: number) => {
      slept.push(ms);
      now += ms;
      onSleep();
    },
  };
  const part = await cleanupPartOf({}, "p.yaml", cwd, []);
  const read: ReadAnew = readAnewOf({ cwd, configFile: undefined, policyFileOf: () => "p.yaml" }, part, clock);
  return { read, slept, later: (ms: number) => (now += ms) };
}

const later = longAgo + 3_600_000;
const savedInPart = policies;
const savedInFull = `${policies}protections:\n  - { match: { session: "a" }, why: prod }\n`;

it("a policy file that is saved in two writes is not taken between them, though the first is in order", async () => {
  write("p.yaml", savedInFull);
  const { read, slept, later: pass } = await readingAt(later, () => write("p.yaml", savedInFull, later + 500));
  write("p.yaml", savedInPart, later);
  expect(await read()).toMatchObject({ kind: "unread", message: expect.stringMatching(/saved in full/) as string });
  expect(slept).toEqual([500]);
  pass(5000);
  expect(await read()).toMatchObject({ kind: "read", part: { policies: { protections: [{ why: "prod" }] } } });
});

it.each([
  [1499, "unread"],
  [1500, "read"],
  [1501, "read"],
])("a change %d ms old is looked at again half a second later, and then %s", async (age, kind) => {
  write("p.yaml", savedInFull);
  const { read, slept } = await readingAt(later);
  write("p.yaml", savedInPart, later - age);
  expect((await read()).kind).toBe(kind);
  expect(slept).toEqual([500]);
});

it("what lies as it was taken is taken without a wait", async () => {
  write("p.yaml", savedInFull);
  const { read, slept } = await readingAt(later);
  expect([(await read()).kind, (await read()).kind]).toEqual(["read", "read"]);
  expect(slept).toEqual([]);
});

it("a command that begins with a file that was only just saved waits for it once", async () => {
  write("p.yaml", savedInPart, later - 300);
  const { read, slept } = await readingAt(later);
  expect([(await read()).kind, (await read()).kind]).toEqual(["read", "read"]);
  expect(slept).toEqual([1700]);
  write("p.yaml", savedInFull, later + 1700);
  expect((await read()).kind).toBe("unread");
});

it("beside a policy file that nobody can read, bounds are read anew all the same", async () => {
  write("p.yaml", "version: [");
  const ofPolicy: string[] = [];
  const begun = await readCleanupInput({ state: "state.sqlite" }, { cwd, env: {} } as never, "if-there", ofPolicy);
  expect([begun.problems, ofPolicy.length]).toEqual([[], 1]);
  write("sandmeter.config.yaml", bounded("neverStop: [{ region: us-east-1 }]"));
  expect(await begun.readAnew?.()).toMatchObject({
    kind: "read",
    part: { policies: { policies: [], protections: [{ source: "bounds", match: { region: "us-east-1" } }] } },
  });
  write("sandmeter.config.yaml", "cleanup: 4\n");
  expect(await begun.readAnew?.()).toMatchObject({ kind: "unread" });
});
