import { describe, expect, it } from "vitest";
import { settingNames, settingsOf } from "../../infra/settings.ts";

const problemsOf = (environment: Record<string, string>): readonly string[] => {
  try {
    settingsOf(environment);
    return [];
  } catch (error) {
    return (error as Error).message.split("\n").slice(1);
  }
};

describe("the settings of a deployment", () => {
  it("have defaults for everything", () => {
    expect(settingsOf({ PATH: "/bin", SANDMETER_REGIONS: "" })).toEqual({
      regions: null,
      everyMinutes: 5,
      rateShare: 0.2,
      thresholds: {
        warning: { utilizationPct: 80, left: 50 },
        critical: { utilizationPct: 90, left: 20 },
        leftFromPct: 50,
      },
      alarmEmail: null,
      reserveConcurrency: true,
      logLevel: "INFO",
      accountsEveryMinutes: 15,
      usage: { logGroups: ["/aws/vendedlogs/bedrock-agentcore/*"], buckets: [] },
      configFile: null,
      pricesFile: null,
    });
  });

  it.each([
    ["all", "all"],
    ["us-east-1", ["us-east-1"]],
    ["us-west-2, eu-west-1,us-west-2", ["eu-west-1", "us-west-2"]],
    ["us-gov-west-1", ["us-gov-west-1"]],
  ])("read the Regions %s", (text, regions) => {
    expect(settingsOf({ SANDMETER_REGIONS: text }).regions).toEqual(regions);
  });

  it.each([
    ["SANDMETER_EVERY_MINUTES", "0", "must be a whole number from 1 to 60"],
    ["SANDMETER_EVERY_MINUTES", "1", null],
    ["SANDMETER_EVERY_MINUTES", "60", null],
    ["SANDMETER_EVERY_MINUTES", "61", "must be a whole number from 1 to 60"],
    ["SANDMETER_EVERY_MINUTES", "2.5", "must be a whole number from 1 to 60"],
    ["SANDMETER_ACCOUNTS_EVERY_MINUTES", "4", "must be a whole number from 5 to 60"],
    ["SANDMETER_ACCOUNTS_EVERY_MINUTES", "5", null],
    ["SANDMETER_USAGE_LOG_GROUPS", "/team/*, /other/usage", null],
    [
      "SANDMETER_USAGE_LOG_GROUPS",
      "*",
      "must be names of log groups, with * for any run of characters, separated by commas",
    ],
    ["SANDMETER_USAGE_BUCKETS", "my-usage,other", null],
    ["SANDMETER_USAGE_BUCKETS", "s3://my-usage", "must be names of buckets, separated by commas"],
    ["SANDMETER_RATE_SHARE", "0", "must be a number above 0 and at most 1, such as 0.2"],
    ["SANDMETER_RATE_SHARE", "1", null],
    ["SANDMETER_RATE_SHARE", "1.01", "must be a number above 0 and at most 1, such as 0.2"],
    ["SANDMETER_RATE_SHARE", "20%", "must be a number above 0 and at most 1, such as 0.2"],
    ["SANDMETER_REGIONS", "us-east", "must be Region names such as us-east-1, separated by commas, or all"],
    ["SANDMETER_REGIONS", "all,us-east-1", "must be Region names such as us-east-1, separated by commas, or all"],
    ["SANDMETER_WARNING_PCT", "89", null],
    ["SANDMETER_WARNING_PCT", "90", "must be below SANDMETER_CRITICAL_PCT: a warning comes first"],
    ["SANDMETER_WARNING_LEFT", "21", null],
    ["SANDMETER_WARNING_LEFT", "20", "must be above SANDMETER_CRITICAL_LEFT: a warning comes first"],
    ["SANDMETER_ALARM_EMAIL", "nobody", "must be an e-mail address"],
    ["SANDMETER_RESERVE_CONCURRENCY", "no", "must be true or false"],
    ["SANDMETER_LOG_LEVEL", "info", "must be DEBUG, INFO, WARN or ERROR"],
  ])("judge %s=%s: %s", (name, text, problem) => {
    expect(problemsOf({ [name]: text })).toEqual(problem === null ? [] : [`${name} ${problem}`]);
  });

  it("report every problem at once, a misspelt name among them", () => {
    const problems = problemsOf({
      SANDMETER_REGION: "us-east-1",
      SANDMETER_EVERY_MINUTES: "often",
      SANDMETER_RATE_SHARE: "2",
      SANDMETER_CRITICAL_LEFT: "x",
      SANDMETER_WARNING_PCT: "95",
    });
    expect(problems.map((problem) => problem.split(" ")[0])).toEqual([
      "SANDMETER_REGION",
      "SANDMETER_EVERY_MINUTES",
      "SANDMETER_RATE_SHARE",
      "SANDMETER_CRITICAL_LEFT",
      "SANDMETER_WARNING_PCT",
    ]);
    expect(problems[0]).toContain(settingNames.join(", "));
  });
});
