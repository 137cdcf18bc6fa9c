import stringWidth from "string-width";
import { describe, expect, it } from "vitest";
import { painter } from "../../cli/render/style.ts";
import { sessionsTable } from "../../cli/scan/sessions-table.ts";
import { olderThan, sessionsInOrder } from "../../cli/scan/shown-sessions.ts";
import type { ScannedSession, ScanOutcome } from "../../core/jobs/scan/outcome.ts";
import { accountId, interpreterId, region, sessionId } from "../../core/kernel/ids.ts";
import { instant, plusMs } from "../../core/kernel/instant.ts";
import { usd } from "../../core/kernel/money.ts";

const asOf = instant(Date.UTC(2026, 10, 20, 12));
const ids = ["01M7VQ4X6Q8S3PZ4EGP9P2GDV6", "01M7VM945ZM5XA35JN66SDRGK3", "01M7WD7GKC6BV0KMD3VDRMJ6GM"];
interface Parts {
  readonly region?: string;
  readonly ageMs?: number;
  readonly cents?: bigint | null;
  readonly basis?: "bounded" | "rated";
}
const sessionOf = (id: string, { region: name = "us-east-1", ageMs = 3_600_000, cents = 150n, basis }: Parts = {}) =>
  ({
    target: { account: accountId("111122223333"), region: region(name) },
    interpreter: interpreterId("etl_runner_of_the_night-JVcygpdywt"),
    interpreterKind: "CUSTOM",
    id: sessionId(id),
    name: "nightly run of everything",
    status: "READY",
    createdAt: plusMs(asOf, -ageMs),
    lastUpdatedAt: null,
    timeoutSeconds: 28_800,
    cost: {
      basis: basis ?? "bounded",
      low: cents === null ? null : usd(1n, 1000n),
      high: cents === null ? null : usd(cents, 100n),
      final: false,
      asOf,
    },
  }) as ScannedSession;
const table = (sessions: readonly ScannedSession[], width: number | null): readonly string[] =>
  sessionsTable(sessions, asOf, width, painter(false)).trimEnd().split("\n");

describe("the table of sessions", () => {
  const three = ids.map((id) => sessionOf(id));

  it("shows whole ids at 80 columns, and says once what is the same of all", () => {
    const lines = table(three, 80);
    expect(lines).toHaveLength(1 + 3 + 1);
    for (const [index, id] of ids.entries()) expect(lines[index + 1]).toContain(id);
    expect(lines.every((line) => stringWidth(line) <= 80)).toBe(true);
    expect(lines.at(-1)).toBe("Of all of these: region us-east-1, basis bounded, activity unknown.");
  });

  it("keeps the Region where there is room", () =>
    expect(table(three, 160)).toEqual([
      expect.stringMatching(/^REGION {5}SESSION .*COST SO FAR$/),
      ...ids.map((id) => expect.stringContaining(`us-east-1  ${id}`)),
      "Of all of these: basis bounded, activity unknown.",
    ]));

  it("keeps a column in which sessions differ", () => {
    const lines = table([sessionOf("a"), sessionOf("b", { basis: "rated" })], null);
    expect(lines[0]).toMatch(/COST SO FAR +BASIS$/);
    expect(lines.at(-1)).toBe("Of all of these: activity unknown.");
  });

  it.each([
    [80, ["ap-southeast-7", "us-east-1"], "Left out for lack of room: LEFT, NAME."],
    [80, ["us-east-1", "us-east-1"], null],
    [60, ["us-east-1", "us-east-1"], "Left out for lack of room: LEFT, NAME, INTERPRETER."],
  ])("leaves columns out before it cuts an id: %d columns, %j", (width, regions, said) => {
    const lines = table(
      regions.map((name, index) => sessionOf(ids[index] ?? "", { region: name })),
      width,
    );
    expect(lines.every((line) => stringWidth(line) <= width)).toBe(true);
    for (const [index] of regions.entries()) expect(lines[index + 1]).toContain(ids[index]);
    expect(lines.filter((line) => line.startsWith("Left out"))).toEqual(said === null ? [] : [said]);
  });

  it.each([20, 40])("breaks no line at %d columns", (width) =>
    expect(table(three, width).every((line) => stringWidth(line) <= width)).toBe(true),
  );

  it("is empty without sessions", () => expect(sessionsTable([], asOf, 80, painter(false))).toBe(""));
});

describe("which sessions are shown, and in which order", () => {
  const sessions = [
    sessionOf("b", { ageMs: 1000, cents: 300n }),
    sessionOf("c", { ageMs: 3000, cents: null }),
    sessionOf("a", { ageMs: 2000, cents: 100n }),
    sessionOf("d", { ageMs: 2000, cents: 300n, region: "eu-west-1" }),
  ];
  const outcome = {
    asOf,
    targets: [{ sessions: sessions.slice(0, 3) }, { sessions: sessions.slice(3) }],
  } as unknown as ScanOutcome;

  it.each([
    [null, "cabd"],
    ["age", "cadb"],
    ["cost", "bdac"],
    ["id", "abcd"],
  ] as const)("by %s: %s", (order, expected) =>
    expect(
      sessionsInOrder(outcome, order)
        .map(({ id }) => id)
        .join(""),
    ).toBe(expected),
  );

  it.each([
    [1999, 3],
    [2000, 1],
    [2001, 1],
  ])("older than %d ms: %d of them", (ms, count) =>
    expect(olderThan(outcome, ms).targets.flatMap((target) => target.sessions)).toHaveLength(count),
  );
});
