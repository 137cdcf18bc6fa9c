import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { faultKinds } from "../../local/fault-kind.ts";
import { services } from "../../local/services/all.ts";
import { defaultUnknowns } from "../../local/unknowns.ts";
import { emulated } from "./world-fixture.ts";

const text = readFileSync(new URL("../../docs/embedded-aws.md", import.meta.url), "utf8");

/** First cells of the table rows under a heading, and the rest of each row. */
function rowsUnder(heading: string): [string, string][] {
  const section = text.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  return [...section.matchAll(/^\| ([^|]+) \| (.+) \|$/gm)].slice(1).map((match) => [match[1] ?? "", match[2] ?? ""]);
}

describe("docs/embedded-aws.md", () => {
  it("lists every operation that is served, and no other", () => {
    const documented = rowsUnder("What it answers").flatMap(([, operations]) => operations.split(", "));
    const served = services.flatMap((service) => Object.keys(service.operations));
    expect(documented.toSorted()).toEqual(served.toSorted());
  });

  it("lists every kind of fault", () => {
    expect(rowsUnder("Faults").map(([kind]) => kind)).toEqual(faultKinds.map((kind) => `\`${kind}\``));
  });

  it("lists every switch, its default first", () => {
    const documented = rowsUnder("What AWS leaves open").map(([key, values]) => [
      key.replaceAll("`", ""),
      /^`([^`]+)`/.exec(values)?.[1],
    ]);
    const switches = Object.entries(defaultUnknowns).map(([key, value]) => [key, String(value)]);
    expect(documented.toSorted()).toEqual(switches.toSorted());
  });

  it("lists every request of the control interface", async () => {
    const aws = await emulated();
    const offered = Object.keys((await aws.local("GET", "")).body["interface"] as object);
    const named = (request: string): string => request.split(" ").slice(0, 2).join(" ").replaceAll("`", "");
    expect(
      rowsUnder("Control interface")
        .map(([request]) => named(request))
        .toSorted(),
    ).toEqual(offered.map(named).toSorted());
    await aws.close();
  });
});
