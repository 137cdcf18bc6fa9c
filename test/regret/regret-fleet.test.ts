import { StopCodeInterpreterSessionCommand } from "@aws-sdk/client-bedrock-agentcore";
import { describe, expect, it } from "vitest";
import { awsRefusedCalls } from "../../adapters/aws/refused-calls.ts";
import { judgeRegret } from "../../core/cleanup/regret/regret.ts";
import { type SeenSession, sessionPlaceOf } from "../../core/cleanup/regret/regret-returns.ts";
import { interpreterId, sessionId } from "../../core/kernel/ids.ts";
import { type Instant, instant } from "../../core/kernel/instant.ts";
import type { StopRecord } from "../../core/ports/stops.ts";
import type { PlaceInput } from "../../local/fleet/fleet-spec.ts";
import { truthOf } from "../../local/truth.ts";
import { embedded, signal, target } from "../aws/embedded.ts";
import { done, intended } from "../stop-records/records.ts";

const minuteMs = 60_000;
const here = target("us-east-1");
const tool = interpreterId("tool-VbMl9Hi8I4");
const limits = { withinMs: 30 * minuteMs, mostRate: 0.1, leastStops: 5 };

/** Workers whose names are used again and again, visitors who come back to their sessions, and leaks; spans of all calls. */
async function fleetOf() {
  const sessions: PlaceInput["sessions"] = [
    {
      interpreter: "tool",
      profile: "idle-leak",
      count: 12,
      createdSeconds: -1800,
      timeoutSeconds: 28_800,
      names: ["leak"],
    },
    {
      interpreter: "tool",
      profile: "returning",
      count: 8,
      createdSeconds: -1800,
      timeoutSeconds: 28_800,
      names: ["visitor"],
    },
    {
      interpreter: "tool",
      profile: "ephemeral",
      count: 20,
      createdSeconds: [-7200, 0],
      timeoutSeconds: 900,
      names: ["job-a", "job-b"],
      reusedAfterSeconds: [30, 300],
      reusedTimes: 12,
    },
  ];
  const place = { region: "us-east-1", interpreters: [{ name: "tool", id: tool, traces: true }], sessions };
  const aws = await embedded(
    { places: [place] },
    { othersTimes: 1000, limits: { requestsPerSecond: 100_000, othersTimes: 1000 }, paceSpeed: 50 },
  );
  const now = (): Instant => instant(aws.world.clock.now());
  const truth = () => truthOf(aws.world, { work: { from: 0, until: Number.MAX_SAFE_INTEGER }, cost: false }).sessions;
  return { ...aws, now, truth, advance: (minutes: number) => aws.world.clock.advance(minutes * minuteMs) };
}

type Fleet = Awaited<ReturnType<typeof fleetOf>>;

/** Stops what is ready under such a name, and tells what the record of it says. */
async function stopAll(fleet: Fleet, names: readonly string[], policy: string): Promise<readonly StopRecord[]> {
  const client = await fleet.clients.agentCore("us-east-1");
  const ready = fleet.truth().filter(({ status, name }) => status === "READY" && names.includes(name ?? ""));
  for (const { session } of ready) {
    await client.send(new StopCodeInterpreterSessionCommand({ codeInterpreterIdentifier: tool, sessionId: session }));
  }
  return ready.map(({ session, name }) => {
    const made = { ...intended(session, 0), intendedAt: fleet.now() };
    const record = { ...made, entry: { ...made.entry, name, policy: { id: policy, hash: "h" } } };
    return { ...done(record, "stopped"), decidedAt: fleet.now() };
  });
}

/** As a registry that scans every few minutes has it. */
const registered = (fleet: Fleet): readonly SeenSession[] =>
  fleet.truth().map(({ session, name, createdAt, endedAt, endedBy }) => {
    const begun = instant(Date.parse(createdAt));
    const ended = endedAt === null ? null : instant(Date.parse(endedAt));
    const timeoutSeconds = endedBy === "timeout" && ended !== null ? (ended - begun) / 1000 : 28_800;
    const seen = { firstSeenAt: begun, lastSeenAt: ended ?? fleet.now(), goneAt: ended, costAsOf: begun };
    return {
      ...here,
      interpreter: tool,
      session: sessionId(session),
      name,
      createdAt: begun,
      timeoutSeconds,
      ...seen,
      lowUsd: null,
      highUsd: null,
    };
  });

async function judge(fleet: Fleet, stops: readonly StopRecord[]) {
  const asked = stops.map(({ key, intendedAt }) => ({ session: key.session, stoppedAt: intendedAt }));
  const found = await awsRefusedCalls(fleet.clients)(here, tool, asked, fleet.now(), signal);
  const callsAfter = new Map(
    [...found].map(([session, calls]) => [sessionPlaceOf({ ...here, interpreter: tool, session }), calls]),
  );
  return judgeRegret({ stops, sessions: registered(fleet), callsAfter }, limits, fleet.now());
}

describe("stops of a fleet whose callers come back", async () => {
  const fleet = await fleetOf();
  fleet.advance(60);
  const leaks = await stopAll(fleet, ["leak"], "leaks");
  const visitors = await stopAll(fleet, ["visitor"], "visitors");
  const workers = await stopAll(fleet, ["job-a", "job-b"], "workers");
  fleet.advance(120);
  const found = await judge(fleet, [...leaks, ...visitors, ...workers]);
  const of = (policy: string) => found.find((each) => each.policy === policy);

  it("are regretted exactly where the caller came back to the session, and disarm that policy", () => {
    const truth = new Map(fleet.truth().map(({ session, work }) => [session, work?.wouldHaveWorkedAgainAt ?? null]));
    // What was recorded by now; a visit that would begin later is one that nobody minds yet.
    const cameBack = visitors.filter(({ key }) => {
      const at = truth.get(key.session);
      return at != null && Date.parse(at) <= fleet.now() - 6 * minuteMs;
    });
    const called = of("visitors")?.regrets.filter(({ how }) => how === "called") ?? [];
    expect(called.map(({ stop }) => stop.key.session).toSorted()).toEqual(
      cameBack.map(({ key }) => key.session).toSorted(),
    );
    expect(cameBack.length).toBeGreaterThan(3);
    expect(of("visitors")).toMatchObject({ verdict: "disarm", callsUnknown: 0 });
  });

  it("are none of leaks", () => {
    expect(leaks).toHaveLength(12);
    expect(of("leaks")).toMatchObject({ judged: 12, regrets: [], rate: 0, verdict: "keep" });
  });

  it("are none where names come back as often as they do by themselves", () => {
    const judged = of("workers");
    expect(judged?.judged).toBeGreaterThanOrEqual(5);
    expect(judged?.returned).toBeGreaterThanOrEqual(3);
    expect(judged).toMatchObject({ verdict: "keep", regrets: [] });
  });
});
