import { describe, expect, it } from "vitest";
import { groupsInOrder } from "../../cli/report/groups-in-order.ts";
import { renderReport } from "../../cli/report/render-report.ts";
import { groupsWithFrozen } from "../../cli/report/report-content.ts";
import { reportCsv } from "../../cli/report/report-csv.ts";
import { reportJson } from "../../cli/report/report-json.ts";
import { shownValue } from "../../cli/report/shown-value.ts";
import { day } from "../history/fixture.ts";
import { bill } from "../ledger-store/bills.ts";
import { reportOf } from "./fixture.ts";

const named = (session: string, name: string | null) => bill(session, { name });
const closed = [named("a", null), named("b", "unknown"), named("c", '"unknown"'), named("d", ""), named("e", "data")];

async function contentBy(...groupBy: readonly string[]) {
  const cost = await reportOf({ closed }, { groupBy });
  const groups = groupsInOrder(cost.groups, groupBy);
  return {
    ...{ from: day(0), until: day(2), now: day(2), groupBy, cost, coverage: [], closed: null, problems: [] },
    groups: groupsWithFrozen({ ...cost, groups }, { groups: [], scale: cost.scale }).groups,
  };
}

describe("a session without a name", () => {
  it.each([[["name"]], [["name", "region"]]])(
    "is kept apart from one that is called unknown, by %j",
    async (groupBy) => {
      const { groups } = await contentBy(...groupBy);
      expect(groups.map(({ values }) => values[0])).toEqual([null, "", '"unknown"', "data", "unknown"]);
    },
  );

  it("is null in JSON", async () => {
    const json = JSON.parse([...reportJson(await contentBy("name"))].join("")) as {
      groups: { by: { name: unknown } }[];
    };
    expect(json.groups.map(({ by }) => by.name)).toEqual([null, "", '"unknown"', "data", "unknown"]);
  });

  it("is unknown in CSV, where the total has nothing, and in a table", async () => {
    const content = await contentBy("name");
    const csv = [...reportCsv(content)].join("").split("\n");
    expect(csv.filter((line) => line.includes("unknown")).length).toBe(3);
    expect(csv.filter((line) => line.startsWith("unknown,"))).toHaveLength(1);
    const table = renderReport(content, { interactive: false, columns: 200, color: false });
    expect(table.split("\n").filter((line) => /^unknown /.test(line))).toHaveLength(1);
    expect(table.split("\n").filter((line) => /^"unknown" /.test(line))).toHaveLength(1);
  });
});

it.each([
  [null, "unknown"],
  ["unknown", '"unknown"'],
  ['"unknown"', '""unknown""'],
  ["unknown-1", "unknown-1"],
  ["", ""],
])("shows the value %j as %s", (value, shown) => {
  expect(shownValue(value)).toBe(shown);
});
