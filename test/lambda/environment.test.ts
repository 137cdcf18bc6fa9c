import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { accountsEnvironment, environmentNames, scanEnvironment } from "../../functions/environment.ts";

const usable: Readonly<Record<string, string>> = {
  AWS_REGION: "us-east-1",
  LAMBDA_TASK_ROOT: "/var/task",
  SANDMETER_VERSION: "1.2.3",
  SANDMETER_TABLE: "state",
  SANDMETER_REGIONS: "us-east-1,eu-west-1",
  SANDMETER_RATE_SHARE: "0.2",
  SANDMETER_WARNING_PCT: "80",
  SANDMETER_WARNING_LEFT: "50",
  SANDMETER_CRITICAL_PCT: "90",
  SANDMETER_CRITICAL_LEFT: "20",
  SANDMETER_LOG_LEVEL: "INFO",
  SANDMETER_HISTORY_BUCKET: "history",
};

beforeEach(() => {
  for (const [name, text] of Object.entries(usable)) vi.stubEnv(name, text);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

describe("the environment of the scan", () => {
  it("is read into values", () => {
    expect(scanEnvironment()).toEqual({
      version: "1.2.3",
      homeRegion: "us-east-1",
      taskRoot: "/var/task",
      table: "state",
      regions: ["us-east-1", "eu-west-1"],
      rateShare: 0.2,
      thresholds: {
        warning: { utilizationPct: 80, left: 50 },
        critical: { utilizationPct: 90, left: 20 },
        leftFromPct: 50,
      },
      logLevel: "INFO",
    });
    vi.stubEnv("SANDMETER_REGIONS", "all");
    expect(scanEnvironment().regions).toBe("all");
  });

  it.each(environmentNames.scan)("has no default for %s", (name) => {
    vi.stubEnv(name, undefined);
    expect(scanEnvironment).toThrow(`${name} `);
    vi.stubEnv(name, "");
    expect(scanEnvironment).toThrow(`${name} `);
  });

  it.each([
    ["SANDMETER_RATE_SHARE", "0"],
    ["SANDMETER_RATE_SHARE", "1.1"],
    ["SANDMETER_RATE_SHARE", "a fifth"],
    ["SANDMETER_WARNING_PCT", "90"],
    ["SANDMETER_WARNING_LEFT", "20"],
    ["SANDMETER_CRITICAL_PCT", "101"],
    ["SANDMETER_REGIONS", "all,us-east-1"],
    ["SANDMETER_REGIONS", "us-east-1,"],
    ["SANDMETER_LOG_LEVEL", "LOUD"],
  ])("refuses %s=%s", (name, text) => {
    vi.stubEnv(name, text);
    expect(scanEnvironment).toThrow(`${name} must be`);
  });

  it("is refused with every problem at once, and what to do", () => {
    vi.stubEnv("SANDMETER_TABLE", "");
    vi.stubEnv("SANDMETER_RATE_SHARE", "x");
    vi.stubEnv("SANDMETER_WARNING_PCT", "95");
    expect(scanEnvironment).toThrow(
      /SANDMETER_TABLE is empty; SANDMETER_RATE_SHARE must be .*; SANDMETER_WARNING_PCT must be below .*deploy it again/,
    );
  });
});

describe("the environment of what keeps accounts", () => {
  it("is read into values, and knows no thresholds", () => {
    vi.stubEnv("SANDMETER_WARNING_PCT", undefined);
    expect(accountsEnvironment()).toEqual({
      version: "1.2.3",
      homeRegion: "us-east-1",
      taskRoot: "/var/task",
      table: "state",
      regions: ["us-east-1", "eu-west-1"],
      rateShare: 0.2,
      logLevel: "INFO",
      historyBucket: "history",
    });
  });

  it.each(environmentNames.accounts)("has no default for %s", (name) => {
    vi.stubEnv(name, "");
    expect(accountsEnvironment).toThrow(`${name} `);
  });
});
