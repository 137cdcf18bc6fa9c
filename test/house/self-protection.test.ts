import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";

const folder = path.resolve(import.meta.dirname, "../../adapters/aws");

it("Sandmeter makes no sandbox, so that none is its own, and can end nothing but sessions", () => {
  const sent = readdirSync(folder).flatMap((file) =>
    [...readFileSync(path.join(folder, file), "utf8").matchAll(/new (\w+)Command\(/g)].map(([, name]) => name ?? ""),
  );
  expect(sent.length).toBeGreaterThan(15);
  const readers = /^(Get|List|Describe|Filter)/;
  expect([...new Set(sent.filter((name) => !readers.test(name)))].toSorted()).toEqual([
    "PutDashboard",
    "PutEvents",
    "PutMetricData",
    "PutParameter",
    // Its own queries of logs.
    "StartQuery",
    "StopCodeInterpreterSession",
    "StopQuery",
  ]);
});
