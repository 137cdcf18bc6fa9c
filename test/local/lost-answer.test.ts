import {
  GetCodeInterpreterSessionCommand,
  StartCodeInterpreterSessionCommand,
  StopCodeInterpreterSessionCommand,
} from "@aws-sdk/client-bedrock-agentcore";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Emulated, emulated, failureOf, system } from "./world-fixture.ts";

let aws: Emulated;
let sessionId = "";

beforeEach(async () => {
  aws = await emulated();
  const start = new StartCodeInterpreterSessionCommand({ codeInterpreterIdentifier: system });
  sessionId = (await aws.sessions().send(start)).sessionId ?? "";
});
afterEach(() => aws.close());

const of = () => ({ codeInterpreterIdentifier: system, sessionId });
const stop = (token = "a".repeat(33)) =>
  aws.sessions().send(new StopCodeInterpreterSessionCommand({ ...of(), clientToken: token }));
const status = async () => (await aws.sessions().send(new GetCodeInterpreterSessionCommand(of()))).status;
const withFault = (fault: object) => aws.local("POST", "faults", { faults: [{ kind: "lost-answer", ...fault }] });

describe("a lost answer", () => {
  it("is one to a request that has had its effect", async () => {
    await withFault({ operation: "StopCodeInterpreterSession", times: 1, delayMs: 5 });
    const failure = await failureOf(stop());
    expect(failure.status).toBeUndefined();
    expect(await status()).toBe("TERMINATED");
    expect((await aws.local("GET", "calls?limit=2")).body["calls"]).toMatchObject([
      { operation: "StopCodeInterpreterSession", outcome: "faulted", fault: "lost-answer" },
      { operation: "GetCodeInterpreterSession", outcome: "ok" },
    ]);
  });

  it("is given to the same client token when it asks again, and to no other", async () => {
    await withFault({ operation: "StopCodeInterpreterSession", times: 1, delayMs: 5 });
    await failureOf(stop());
    expect((await stop()).sessionId).toBe(sessionId);
    expect((await failureOf(stop("b".repeat(33)))).status).toBe(404);
  });

  it("can be a server error", async () => {
    await withFault({ operation: "StopCodeInterpreterSession", status: 503 });
    expect(await failureOf(stop())).toMatchObject({ status: 503 });
    expect(await status()).toBe("TERMINATED");
  });

  it("is never one of a request that only reads", async () => {
    const refused = await withFault({ operation: "GetCodeInterpreterSession" });
    expect(refused.body["message"]).toContain("lost-answer would never show");
    await withFault({ delayMs: 5 });
    expect(await status()).toBe("READY");
  });

  it("does not hide that a request was refused, and so had no effect", async () => {
    await withFault({ operation: "StopCodeInterpreterSession" });
    sessionId = "NEVERWAS";
    expect((await failureOf(stop())).status).toBe(404);
  });
});
