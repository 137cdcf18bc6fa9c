import { afterEach, expect, it } from "vitest";
import { awsSandboxReader } from "../../adapters/aws/sandbox-reader.ts";
import { awsStopSession } from "../../adapters/aws/stop-session.ts";
import { interpreterId, type SessionId, sessionId } from "../../core/kernel/ids.ts";
import { embedded, signal, target } from "../aws/embedded.ts";

const system = interpreterId("aws.codeinterpreter.v1");
const here = target("us-east-1");
const sessions = { interpreter: "system", profile: "idle-leak", count: 12, createdSeconds: -600, timeoutSeconds: 3600 };
const aws = await embedded({ places: [{ region: "us-east-1", sessions: [sessions] }] } as never, { maxAttempts: 2 });
const stop = awsStopSession(aws.clients);
const reader = awsSandboxReader(aws.clients);
let tokens = 0;
const token = (): string => {
  tokens += 1;
  return String(tokens).padStart(64, "0");
};

afterEach(() => aws.clearFaults());

async function aLiveOne(): Promise<SessionId> {
  const [first] = (await reader.listReadySessions(here, system, signal)).items;
  if (first === undefined) throw new Error("none is left");
  return first.id;
}
const statusOf = async (id: SessionId): Promise<unknown> => {
  const found = await reader.getSession(here, system, id, signal);
  return found.kind === "found" ? found.value.status : found.kind;
};

it("stops one session and no other", async () => {
  const id = await aLiveOne();
  const before = await aws.ready();
  expect(await stop(here, system, id, token(), signal)).toEqual({ kind: "accepted" });
  expect(await aws.ready()).toEqual(before.filter((it) => !it.endsWith(id)));
});

it("takes a session that has ended, or that never was, for gone", async () => {
  const id = await aLiveOne();
  await stop(here, system, id, token(), signal);
  expect((await stop(here, system, id, token(), signal)).kind).toMatch(/^(gone|accepted)$/);
  expect(await stop(here, system, sessionId("01K71MX1HF2ZVXFV3HTGJZWE1Z"), token(), signal)).toEqual({ kind: "gone" });
});

it.each([
  ["access-denied", "refused", "bedrock-agentcore:StopCodeInterpreterSession"],
  ["throttle", "unsure", "throttled"],
  ["error", "unsure", "failed in the service"],
  ["html-503", "unsure", "in us-east-1"],
] as const)("answers %s with %s, says why, and nothing was stopped", async (kind, answer, said) => {
  const id = await aLiveOne();
  await aws.addFaults({ kind, operation: "StopCodeInterpreterSession" });
  expect(await stop(here, system, id, token(), signal)).toMatchObject({
    kind: answer,
    problem: { operation: "StopCodeInterpreterSession", message: expect.stringContaining(said) },
  });
  expect(await statusOf(id)).toBe("READY");
});

it("sends the same token again where there was no answer", async () => {
  const id = await aLiveOne();
  await aws.takeCalls();
  await aws.addFaults({ kind: "error", operation: "StopCodeInterpreterSession", times: 1 });
  expect(await stop(here, system, id, token(), signal)).toEqual({ kind: "accepted" });
  expect(await aws.takeCalls()).toMatchObject({ StopCodeInterpreterSession: 2 });
  expect(await statusOf(id)).toBe("TERMINATED");
});

it("is unsure of one that is gone where an earlier request of the same stop got no answer", async () => {
  const operation = "StopCodeInterpreterSession";
  await aws.addFaults(
    { kind: "lost-answer", status: 500, operation, times: 1 },
    { kind: "vanish", operation, times: 1 },
  );
  const id = await aLiveOne();
  expect(await stop(here, system, id, token(), signal)).toMatchObject({
    kind: "unsure",
    problem: { code: "NotFound" },
  });
  expect(await statusOf(id)).toBe("TERMINATED");
});

it("is unsure of one that it may not stop any more where an earlier request of the same stop got no answer", async () => {
  const operation = "StopCodeInterpreterSession";
  await aws.addFaults(
    { kind: "lost-answer", status: 500, operation, times: 1 },
    { kind: "access-denied", operation, times: 1 },
  );
  const id = await aLiveOne();
  expect(await stop(here, system, id, token(), signal)).toMatchObject({
    kind: "unsure",
    problem: { code: "AccessDenied" },
  });
  expect(await statusOf(id)).toBe("TERMINATED");
});

it("sends nothing once it is too late", async () => {
  const id = await aLiveOne();
  await aws.takeCalls();
  const reason = new Error("enough");
  await expect(stop(here, system, id, token(), AbortSignal.abort(reason))).rejects.toBe(reason);
  expect(await aws.takeCalls()).toEqual({});
});
