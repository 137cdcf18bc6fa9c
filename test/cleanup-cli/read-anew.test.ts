import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { readCleanupInput } from "../../cli/cleanup/cleanup-input.ts";
import type { CleanupRead } from "../../cli/cleanup/read-anew.ts";

const policies = "version: 1\npolicies:\n  - { id: all, mode: enforce, idleAfter: 15m }\n";
const config = "cleanup: { policy: p.yaml, invocationStamp: start }\n";
let cwd = "";
const write = (name: string, text: string): void => writeFileSync(path.join(cwd, name), text);
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
