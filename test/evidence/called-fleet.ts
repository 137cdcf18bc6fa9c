import {
  InvokeCodeInterpreterCommand,
  StartCodeInterpreterSessionCommand,
  StopCodeInterpreterSessionCommand,
} from "@aws-sdk/client-bedrock-agentcore";
import type { CallEvidence } from "../../core/cleanup/evidence/evidence.ts";
import { type InterpreterId, interpreterId, type SessionId, sessionId } from "../../core/kernel/ids.ts";
import { type Instant, instant, plusMs } from "../../core/kernel/instant.ts";
import { callsOf } from "../../local/fleet/calls.ts";
import type { UnknownBehaviours } from "../../local/world.ts";
import { account, embedded, target } from "../aws/embedded.ts";

export const here = target("us-east-1");
const fleetIds = { told: "told-VbMl9Hi8I4", logged: "logged-VbMl9Hi8I4", dark: "dark-VbMl9Hi8I4" } as const;
export type Tool = keyof typeof fleetIds;
export const idOf = (tool: Tool): InterpreterId => interpreterId(fleetIds[tool]);
export const arnOf = (id: InterpreterId): string =>
  `arn:aws:bedrock-agentcore:us-east-1:${account}:code-interpreter-custom/${id}`;

/** Three interpreters (with spans, with application logs, with neither), and clients that call sessions of them when told to. */
export async function calledFleet(unknowns: Partial<UnknownBehaviours> = {}, isBusy = false) {
  const steady = { profile: "steady" as const, count: 2, createdSeconds: -600, timeoutSeconds: 28_800 };
  const bursty = {
    profile: "bursty" as const,
    count: 2,
    createdSeconds: [-600, 0] as [number, number],
    timeoutSeconds: 28_800,
  };
  const leaks = { profile: "idle-leak" as const, count: 1, createdSeconds: -60, timeoutSeconds: 28_800 };
  const aws = await embedded(
    {
      places: [
        {
          region: "us-east-1",
          interpreters: [
            { name: "told", id: fleetIds.told, traces: true, applicationLogs: true },
            { name: "logged", id: fleetIds.logged, applicationLogs: true },
            { name: "dark", id: fleetIds.dark },
            { name: "never", id: "never-VbMl9Hi8I4" },
          ],
          sessions: (["told", "logged", "dark"] as const).flatMap((interpreter) =>
            (isBusy ? [steady, bursty] : [leaks]).map((group) => ({ interpreter, ...group })),
          ),
        },
      ],
    },
    {
      unknowns,
      othersTimes: 1000,
      limits: { requestsPerSecond: 100_000, othersTimes: 1000 },
      paceSpeed: 50,
      maxAttempts: 2,
    },
  );
  const client = await aws.clients.agentCore("us-east-1");
  const now = (): Instant => instant(aws.world.clock.now());
  return {
    ...aws,
    now,
    at: (minutes: number) => plusMs(instant(Date.UTC(2026, 10, 20, 12)), minutes * 60_000),
    advance: (minutes: number) => aws.world.clock.advance(minutes * 60_000),
    window: (minutes: number) => ({ from: plusMs(now(), -minutes * 60_000), until: now() }),
    start: async (tool: Tool): Promise<SessionId> => {
      const command = new StartCodeInterpreterSessionCommand({
        codeInterpreterIdentifier: idOf(tool),
        sessionTimeoutSeconds: 28_800,
      });
      return sessionId((await client.send(command)).sessionId ?? "");
    },
    /** A call that lasts so many seconds. */
    invoke: (tool: Tool, session: SessionId, seconds: number) =>
      client.send(
        new InvokeCodeInterpreterCommand({
          codeInterpreterIdentifier: idOf(tool),
          sessionId: session,
          name: "executeCode",
          arguments: { code: `sleep(${seconds})` },
        }),
      ),
    stop: (tool: Tool, session: SessionId) =>
      client.send(new StopCodeInterpreterSessionCommand({ codeInterpreterIdentifier: idOf(tool), sessionId: session })),
    /** Calls in truth that have begun, by session of one interpreter. */
    trueCalls: (tool: Tool): ReadonlyMap<SessionId, readonly TrueCall[]> => {
      const sessions = [...(aws.world.place(account, "us-east-1")?.sessions.get(idOf(tool))?.values() ?? [])];
      return new Map(
        sessions.map((session) => [
          sessionId(session.id),
          callsOf(session, 0, now() + 1).filter(
            ({ operation, isRefused }) => operation === "InvokeCodeInterpreter" && isRefused !== true,
          ),
        ]),
      );
    },
  };
}

interface TrueCall {
  readonly startAt: number;
  readonly endAt: number;
}

/** Of true calls, those that were in flight in what evidence claims to know, at a moment that it says had none. */
export const missedCalls = (calls: readonly TrueCall[], { window, inFlightUntil, maybeInFlight }: CallEvidence) =>
  calls.filter(({ startAt, endAt }) => {
    const from = Math.max(startAt, window.from);
    const until = Math.min(endAt, inFlightUntil);
    return from < until && !maybeInFlight.some((span) => span.from <= from && span.until >= until);
  });
