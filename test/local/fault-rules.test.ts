import {
  ListCodeInterpreterSessionsCommand,
  StartCodeInterpreterSessionCommand,
} from "@aws-sdk/client-bedrock-agentcore";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FaultRule } from "../../local/faults.ts";
import { type Emulated, emulated, failureOf, system } from "./world-fixture.ts";

let aws: Emulated;
let client: ReturnType<Emulated["sessions"]>;

beforeEach(async () => {
  aws = await emulated();
  client = aws.sessions();
});
afterEach(() => aws.close());

const operation = "ListCodeInterpreterSessions";
const list = (from = client) =>
  from.send(new ListCodeInterpreterSessionsCommand({ codeInterpreterIdentifier: system }));

async function withFaults(...faults: FaultRule[]): Promise<void> {
  expect((await aws.local("POST", "faults", { faults })).status).toBe(200);
}

describe("where and how often a fault strikes", () => {
  const throttledOf = async (attempts: number, from = client): Promise<boolean[]> => {
    const outcomes: boolean[] = [];
    for (let index = 0; index < attempts; index++) {
      outcomes.push(
        await list(from).then(
          () => false,
          () => true,
        ),
      );
    }
    return outcomes;
  };

  it("keeps to its Region and account", async () => {
    await withFaults({ kind: "throttle", region: "us-east-1", account: "111122223333" });
    expect(await throttledOf(1)).toEqual([true]);
    expect(await throttledOf(1, aws.sessions({ region: "eu-west-1" }))).toEqual([false]);
    expect(await throttledOf(1, aws.sessions({ account: "999988887777" }))).toEqual([false]);
  });

  it("keeps to a number of times", async () => {
    await withFaults({ kind: "throttle", times: 2 });
    expect(await throttledOf(4)).toEqual([true, true, false, false]);
  });

  it("strikes every nth request", async () => {
    await withFaults({ kind: "throttle", everyNth: 3 });
    expect(await throttledOf(7)).toEqual([true, false, false, true, false, false, true]);
  });

  it("strikes by chance, the same each time", async () => {
    await withFaults({ kind: "throttle", probability: 0.5 });
    const first = await throttledOf(40);
    const struck = first.filter(Boolean).length;
    expect(struck).toBeGreaterThan(8);
    expect(struck).toBeLessThan(32);
    await aws.local("DELETE", "faults");
    await withFaults({ kind: "throttle", probability: 0.5 });
    expect(await throttledOf(40)).toEqual(first);
  });

  it.each(["empty-page", "repeated-token", "partial-put-events", "empty-region"] as const)(
    "does not use up %s on an operation where it would not show",
    async (kind) => {
      await withFaults({ kind, times: 1 });
      await client.send(new StartCodeInterpreterSessionCommand({ codeInterpreterIdentifier: system }));
      expect((await aws.local("GET", "faults")).body["faults"]).toEqual([{ kind, times: 1, matched: 0, struck: 0 }]);
    },
  );

  it("never strikes at probability 0, and lets a later rule strike", async () => {
    await withFaults({ kind: "throttle", probability: 0 }, { kind: "error" });
    expect((await failureOf(list())).status).toBe(500);
  });

  it("is told by GET, with how often it struck, and by the call log", async () => {
    await withFaults({ kind: "throttle", operation, times: 1 });
    await throttledOf(3);
    expect((await aws.local("GET", "faults")).body["faults"]).toEqual([
      { kind: "throttle", operation, times: 1, matched: 3, struck: 1 },
    ]);
    expect((await aws.local("GET", "calls")).body).toMatchObject({
      total: 3,
      counts: [{ operation, attempts: 3, ok: 2, faulted: 1 }],
      calls: [{ fault: "throttle", error: "ThrottlingException", status: 429 }, { fault: null }, { fault: null }],
    });
  });
});
