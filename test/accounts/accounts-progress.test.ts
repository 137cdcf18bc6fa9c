import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { accountsProgress } from "../../cli/accounts/accounts-progress.ts";
import type { Terminal } from "../../cli/terminal.ts";
import type { AccountsProgress } from "../../core/jobs/accounts/ports.ts";
import { accountId, region } from "../../core/kernel/ids.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

it("tells of Regions being settled once there are some, nothing twice, and begins anew with each pass", () => {
  let err = "";
  const write = (text: string): void => {
    err += text;
  };
  const terminal = { interactive: false, columns: 80, err: write };
  const { tell, clear } = accountsProgress(terminal as unknown as Terminal);
  const told = (name: string, stage: AccountsProgress["stage"], lines: number): string => {
    err = "";
    vi.advanceTimersByTime(10_000);
    tell({ target: { account: accountId("111122223333"), region: region(name) }, stage, lines });
    return err;
  };
  expect(told("us-east-1", "reading", 40)).toBe("Costs: 40 lines of usage logs read\n");
  expect(told("eu-west-1", "listing", 0)).toBe("");
  expect(told("us-east-1", "settling", 40)).toBe("Costs: 40 lines of usage logs read; 1 of 2 Regions being settled\n");
  expect(told("eu-west-1", "settling", 3)).toContain("43 lines of usage logs read; 2 of 2 Regions");
  clear();
  expect(told("us-east-1", "reading", 7)).toBe("Costs: 7 lines of usage logs read\n");
});
