import {
  CloudWatchClient,
  type DashboardInvalidInputError,
  GetDashboardCommand,
  PutDashboardCommand,
} from "@aws-sdk/client-cloudwatch";
import { describe, expect, it } from "vitest";
import { bodyOf, metric, text } from "./dashboard-fixtures.ts";
import { ACCOUNT, clientOptions, refusalOf, testAws } from "./local-aws.ts";

const aws = await testAws();

const put = (body: unknown, DashboardName = "sandmeter") =>
  aws.cloudWatch.send(
    new PutDashboardCommand({ DashboardName, DashboardBody: typeof body === "string" ? body : JSON.stringify(body) }),
  );
const get = (DashboardName: string) => aws.cloudWatch.send(new GetDashboardCommand({ DashboardName }));

describe("PutDashboard and GetDashboard", () => {
  it("gives back the very text, in every Region of the account", async () => {
    const body = bodyOf(metric({}), text());
    expect((await put(body)).DashboardValidationMessages).toEqual([]);
    const west = new CloudWatchClient({ endpoint: aws.url, ...clientOptions(ACCOUNT, "us-west-2") });
    expect(await west.send(new GetDashboardCommand({ DashboardName: "sandmeter" }))).toMatchObject({
      DashboardArn: `arn:aws:cloudwatch::${ACCOUNT}:dashboard/sandmeter`,
      DashboardBody: body,
      DashboardName: "sandmeter",
    });
  });

  it("replaces the whole of it", async () => {
    await put(bodyOf(text()), "twice");
    await put(bodyOf(), "twice");
    expect((await get("twice")).DashboardBody).toBe('{"widgets":[]}');
  });

  it("does not find what was never put, nor what another account put", async () => {
    // The SDK looks up the old code, which another error of the model has for its name.
    expect(await refusalOf(get("nobody"))).toMatchObject({ name: "ResourceNotFound", status: 404 });
    const other = new CloudWatchClient({ endpoint: aws.url, ...clientOptions("444455556666", "us-east-1") });
    expect(await refusalOf(other.send(new GetDashboardCommand({ DashboardName: "sandmeter" })))).toMatchObject({
      name: "ResourceNotFound",
    });
  });

  it("says where and why a body is refused, and keeps the one before", async () => {
    await put(bodyOf(text()), "kept");
    const sent = put({ widgets: [text(), metric({ metrics: [["Sandmeter", 7]] })] }, "kept");
    await expect(sent).rejects.toMatchObject({
      name: "DashboardInvalidInputError",
      message: expect.stringContaining("The dashboard body is invalid, there are 1 validation errors:"),
      dashboardValidationMessages: [
        {
          DataPath: "/widgets/1/properties/metrics/0/1",
          Message: "Invalid metric field type, only 'String' type is allowed",
        },
      ],
    } satisfies Partial<Record<keyof DashboardInvalidInputError, unknown>>);
    expect((await get("kept")).DashboardBody).toBe(bodyOf(text()));
  });

  it("warns of members that it ignores", async () => {
    const { DashboardValidationMessages } = await put({ widgets: [text({ colour: "red" })], refresh: 5 });
    expect(DashboardValidationMessages?.map((message) => message.DataPath)).toEqual(["", "/widgets/0"]);
  });

  it.each([
    ["", false],
    ["a", true],
    ["a".repeat(255), true],
    ["a".repeat(256), false],
    ["Sand-meter_1", true],
    ["sand meter", false],
    ["sand/meter", false],
  ])("takes the name %j: %s", async (name, isTaken) => {
    if (isTaken) await expect(put(bodyOf(), name)).resolves.toBeDefined();
    else
      expect(await refusalOf(put(bodyOf(), name))).toMatchObject({ name: "DashboardInvalidInputError", status: 400 });
  });
});
