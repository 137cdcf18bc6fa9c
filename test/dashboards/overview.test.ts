import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { CloudWatchClient, GetDashboardCommand, ListMetricsCommand } from "@aws-sdk/client-cloudwatch";
import { afterAll, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { defaultThresholds } from "../../core/quota/thresholds.ts";
import { metricCatalogue } from "../../core/reporting/metric-catalogue.ts";
import type { DashboardBody, Line, MetricWidget } from "../../dashboards/cloudwatch-body.ts";
import { overviewDashboard } from "../../dashboards/overview.ts";
import { embedded, target } from "../aws/embedded.ts";
import { runCli } from "../scan/run-cli.ts";
import { publishedSchema, violations } from "../schema/json-schema.ts";
import { embeddedEnvironment } from "../watch/embedded-env.ts";

const session = {
  interpreter: "system",
  profile: "bursty" as const,
  count: 2,
  createdSeconds: -300,
  timeoutSeconds: 28_800,
};
const aws = await embedded(
  {
    places: [
      { region: "us-east-1", sessions: [session] },
      { region: "eu-west-1", sessions: [session] },
    ],
  },
  { startAt: Date.now(), speed: 1 },
);
const cloudWatch = (region: string): CloudWatchClient =>
  new CloudWatchClient({
    endpoint: aws.url,
    region,
    credentials: { accessKeyId: "111122223333", secretAccessKey: "not-secret" },
  });
const home = cloudWatch("us-east-1");
const ireland = cloudWatch("eu-west-1");
beforeEach(() => {
  for (const [name, value] of Object.entries(embeddedEnvironment(aws.url))) vi.stubEnv(name, value);
});
afterAll(() => {
  vi.unstubAllEnvs();
  home.destroy();
  ireland.destroy();
});

const both = ["--regions", "us-east-1,eu-west-1"];
const input = {
  targets: [target("us-east-1"), target("eu-west-1")],
  homeRegion: "us-east-1",
  thresholds: defaultThresholds,
};

const metricWidgets = (body: DashboardBody): readonly MetricWidget[] =>
  body.widgets.filter((widget) => widget.type === "metric");
const lines = (body: DashboardBody): readonly Line[] =>
  metricWidgets(body).flatMap((widget) => widget.properties.metrics);

/** Name space, name and dimensions of a line or of a listed metric, as one text. */
const keyOfLine = (line: Line): string => line.slice(0, -1).join(" ");
const regionOfLine = (line: Line): string => (line.at(-1) as { region: string }).region;

async function listed(client: CloudWatchClient, Namespace: string): Promise<readonly string[]> {
  const { Metrics } = await client.send(new ListMetricsCommand({ Namespace }));
  return (Metrics ?? []).map((metric) =>
    [
      Namespace,
      metric.MetricName,
      ...(metric.Dimensions ?? [])
        .toSorted((a, b) => String(a.Name).localeCompare(String(b.Name)))
        .flatMap((it) => [it.Name, it.Value]),
    ].join(" "),
  );
}

describe("the overview dashboard", () => {
  it("draws only metrics that the product, or AWS, really publishes", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "sandmeter-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const state = ["--state", path.join(folder, "state.db"), "--requests-per-second", "1000"];
    // The second pass knows which sessions started since the first.
    expect((await runCli(["watch", ...both, ...state, "--passes", "2", "--every", "1s"])).exit).toBe(0);
    // ListMetrics names a new metric some minutes after its first datum.
    aws.world.clock.advance(20 * 60_000);
    const own = await listed(home, "Sandmeter");
    const awsOwn = {
      "us-east-1": await listed(home, "AWS/Bedrock-AgentCore"),
      "eu-west-1": await listed(ireland, "AWS/Bedrock-AgentCore"),
    };
    const drawn = lines(overviewDashboard(input));
    const missing = drawn.filter((line) => {
      if (line[0] === "Sandmeter") return regionOfLine(line) !== "us-east-1" || !own.includes(keyOfLine(line));
      return !awsOwn[regionOfLine(line) as keyof typeof awsOwn].includes(keyOfLine(line));
    });
    expect(drawn.length).toBeGreaterThan(30);
    expect(missing).toEqual([]);
    // And nothing is published that nobody draws.
    expect(own.toSorted()).toEqual(
      [...new Set(drawn.filter((line) => line[0] === "Sandmeter").map(keyOfLine))].toSorted(),
    );
  });

  it("draws every metric of the catalogue, for every target, by its own statistic", () => {
    const drawn = lines(overviewDashboard(input));
    for (const [name, { statistic }] of Object.entries(metricCatalogue)) {
      for (const { region } of input.targets) {
        const line = drawn.find((it) => it[1] === name && it[5] === region);
        expect(line?.at(-1)).toMatchObject({ stat: statistic, region: "us-east-1" });
      }
    }
  });

  it("marks the thresholds that are in force on the charts of quota use", () => {
    const thresholds = { ...defaultThresholds, warning: { utilizationPct: 60, left: 50 } };
    const marked = metricWidgets(overviewDashboard({ ...input, thresholds })).filter((it) => it.properties.annotations);
    expect(marked.map((widget) => widget.properties.annotations?.horizontal.map((mark) => mark.value))).toEqual([
      [60, 90],
      [60, 90],
    ]);
  });

  it("sets AWS's own count beside ours, in each Region of its own", () => {
    const cross = metricWidgets(overviewDashboard(input)).find((it) => it.properties.title.startsWith("Cross-check"));
    const counts = (cross?.properties.metrics ?? []).map((line) => `${line[1]} ${regionOfLine(line)}`);
    expect(counts).toContain("ActiveSessionCount us-east-1");
    expect(counts).toContain("ActiveSessionCount eu-west-1");
    expect(counts).toContain("ReadySessions us-east-1");
  });

  it("lays its widgets side by side, none over another", () => {
    const cells = overviewDashboard(input).widgets.flatMap(({ x, y, width, height }) =>
      Array.from({ length: width * height }, (_, index) => `${x + (index % width)}/${y + Math.floor(index / width)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
  });

  it("names accounts where there are several", () => {
    const other = { ...target("us-east-1"), account: "444455556666" as ReturnType<typeof target>["account"] };
    const labels = lines(overviewDashboard({ ...input, targets: [target("us-east-1"), other] })).map(
      (line) => (line.at(-1) as { label: string }).label,
    );
    expect(labels).toContain("444455556666 us-east-1");
  });

  it("takes no more than CloudWatch does, for every Region there is", () => {
    const targets = Array.from({ length: 20 }, (_, index) => target(`us-east-${index + 1}`));
    for (const widget of metricWidgets(overviewDashboard({ ...input, targets }))) {
      expect(widget.properties.metrics.length).toBeLessThanOrEqual(500);
    }
  });
});

describe("sandmeter dashboards", () => {
  it("prints the body that it would put", async () => {
    const { exit, out } = await runCli(["dashboards", ...both]);
    expect(exit).toBe(0);
    expect(JSON.parse(out)).toEqual(overviewDashboard(input));
  });

  it("puts it, and CloudWatch takes it without a remark", async () => {
    const { exit, out } = await runCli(["dashboards", ...both, "--put", "--name", "sandboxes", "--json"]);
    expect(exit).toBe(0);
    expect(violations(publishedSchema("dashboards.schema.json"), JSON.parse(out))).toEqual([]);
    expect(JSON.parse(out)).toEqual({ name: "sandboxes", region: "us-east-1", widgets: 15, remarks: [] });
    const { DashboardBody } = await home.send(new GetDashboardCommand({ DashboardName: "sandboxes" }));
    expect(JSON.parse(DashboardBody ?? "")).toEqual(overviewDashboard(input));
  });

  it("puts it where it is told to", async () => {
    const { out } = await runCli(["dashboards", "--put", "--publish-region", "eu-west-1"]);
    expect(out).toContain("Put the dashboard Sandmeter with 15 widgets in eu-west-1");
    const { DashboardBody } = await ireland.send(new GetDashboardCommand({ DashboardName: "Sandmeter" }));
    expect(DashboardBody).toContain('"region": "eu-west-1"');
  });

  it("says what is missing where it may not", async () => {
    await aws.addFaults({ kind: "access-denied", operation: "PutDashboard" });
    const run = await runCli(["dashboards", "--put"]);
    await aws.clearFaults();
    expect(run).toMatchObject({ exit: 1, out: "" });
    expect(run.err).toContain("cloudwatch:PutDashboard");
  });

  it("refuses every wrong flag at once", async () => {
    const run = await runCli([
      "dashboards",
      "--name",
      "my board",
      "--publish-region",
      "us-esat-1",
      "--rate-share",
      "0",
    ]);
    expect(run).toMatchObject({ exit: 2, out: "" });
    for (const part of ["--name must be", 'unknown Region "us-esat-1"', "--rate-share must be"]) {
      expect(run.err).toContain(part);
    }
  });
});
