import {
  InvokeCodeInterpreterCommand,
  type InvokeCodeInterpreterCommandInput,
  StartCodeInterpreterSessionCommand,
} from "@aws-sdk/client-bedrock-agentcore";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Emulated, emulated, failureOf, startAt, system } from "./world-fixture.ts";

let aws: Emulated;
let client: ReturnType<Emulated["sessions"]>;
let sessionId: string;

beforeEach(async () => {
  aws = await emulated();
  client = aws.sessions();
  const started = await client.send(
    new StartCodeInterpreterSessionCommand({ codeInterpreterIdentifier: system, sessionTimeoutSeconds: 28_800 }),
  );
  sessionId = started.sessionId ?? "";
});
afterEach(() => aws.close());

type Arguments = InvokeCodeInterpreterCommandInput["arguments"];

/** The one result of a tool call. */
async function invoke(
  name: InvokeCodeInterpreterCommandInput["name"],
  given?: Arguments,
  more: Partial<InvokeCodeInterpreterCommandInput> = {},
) {
  const answer = await client.send(
    new InvokeCodeInterpreterCommand({
      codeInterpreterIdentifier: system,
      sessionId,
      name,
      arguments: given,
      ...more,
    }),
  );
  const events = [];
  for await (const event of answer.stream ?? []) events.push(event);
  expect(answer.sessionId).toBe(sessionId);
  expect(events).toHaveLength(1);
  return events[0]?.result;
}

const recorded = () => aws.place.sessions.get(system)?.get(sessionId)?.calls ?? [];

describe("tools", () => {
  it.each(["executeCode", "executeCommand"] as const)("answers %s with a structured result", async (name) => {
    const given = name === "executeCode" ? { code: "print(1)", language: "python" as const } : { command: "ls" };
    expect(await invoke(name, given)).toEqual({
      content: [{ type: "text", text: "" }],
      structuredContent: { stdout: "", stderr: "", exitCode: 0, executionTime: expect.any(Number) },
      isError: false,
    });
  });

  it("takes as long in emulated time as the code says it sleeps, up to 15 minutes", async () => {
    expect((await invoke("executeCommand", { command: "sleep 30" }))?.structuredContent?.executionTime).toBe(30);
    expect((await invoke("executeCode", { code: "time.sleep(3600)" }))?.structuredContent?.executionTime).toBe(900);
    expect(recorded().map((call) => (call.endAt - call.startAt) / 1000)).toEqual([0, 30, 900]);
  });

  it("runs a command on after the request: working, then completed", async () => {
    const started = await invoke("startCommandExecution", { command: "sleep 300" });
    const taskId = started?.structuredContent?.taskId ?? "";
    const statusAfter = async (seconds: number) => {
      aws.advance(seconds);
      return (await invoke("getTask", { taskId }))?.structuredContent?.taskStatus;
    };
    expect(started?.structuredContent?.taskStatus).toBe("working");
    expect(await statusAfter(299)).toBe("working");
    expect(await statusAfter(1)).toBe("completed");
    // A job that ended cannot be stopped any more.
    expect((await invoke("stopTask", { taskId }))?.structuredContent?.taskStatus).toBe("completed");
    expect(recorded()[1]?.job?.endAt).toBe(startAt + 300_000);
  });

  it("cancels a command, and its work ends with it", async () => {
    const { taskId = "" } = (await invoke("startCommandExecution", { command: "sleep 300" }))?.structuredContent ?? {};
    aws.advance(100);
    expect((await invoke("stopTask", { taskId }))?.structuredContent?.taskStatus).toBe("canceled");
    aws.advance(500);
    expect((await invoke("getTask", { taskId }))?.structuredContent?.taskStatus).toBe("canceled");
    expect(recorded()[1]?.job?.endAt).toBe(startAt + 100_000);
  });

  it("keeps the files that were written, and nothing else", async () => {
    const content = [
      { path: "a/one.txt", text: "eins" },
      { path: "two.bin", blob: new Uint8Array([1, 2, 3]) },
    ];
    await invoke("writeFiles", { content });
    const read = await invoke("readFiles", { paths: ["a/one.txt", "two.bin"] });
    expect(read?.content?.map((block) => block.resource)).toEqual([
      { type: "text", uri: "file:///a/one.txt", text: "eins" },
      { type: "blob", uri: "file:///two.bin", blob: new Uint8Array([1, 2, 3]) },
    ]);
    expect((await invoke("listFiles", { directoryPath: "a" }))?.content?.map((block) => block.name)).toEqual([
      "a/one.txt",
    ]);
    expect((await invoke("removeFiles", { paths: ["a/one.txt"] }))?.isError).toBe(false);
    expect((await invoke("removeFiles", { paths: ["a/one.txt"] }))?.isError).toBe(true);
    expect((await invoke("readFiles", { paths: ["a/one.txt"] }))?.isError).toBe(true);
    expect((await invoke("listFiles"))?.content?.map((block) => block.name)).toEqual(["two.bin"]);
  });
});

describe("what is refused", () => {
  it("finds out about an unknown task within the stream", async () => {
    expect(await failureOf(invoke("getTask", { taskId: "none" }))).toMatchObject({
      name: "ResourceNotFoundException",
      message: expect.stringContaining("none"),
    });
  });

  it.each([
    { name: "executeCode" as const, field: "arguments.code" },
    { name: "executeCommand" as const, field: "arguments.command" },
    { name: "startCommandExecution" as const, field: "arguments.command" },
    { name: "readFiles" as const, field: "arguments.paths" },
    { name: "removeFiles" as const, field: "arguments.paths" },
    { name: "writeFiles" as const, field: "arguments.content" },
    { name: "getTask" as const, field: "arguments.taskId" },
    { name: "stopTask" as const, field: "arguments.taskId" },
  ])("wants $field of $name", async ({ name, field }) => {
    expect(await failureOf(invoke(name, {}))).toMatchObject({
      name: "ValidationException",
      status: 400,
      fields: [field],
    });
  });

  it("wants a session id", async () => {
    const request = { sessionId: undefined } as unknown as Partial<InvokeCodeInterpreterCommandInput>;
    expect(await failureOf(invoke("listFiles", {}, request))).toMatchObject({ status: 400, fields: ["sessionId"] });
  });

  it("answers 404 for a session that ended or never was, and remembers that it was asked", async () => {
    expect((await failureOf(invoke("listFiles", {}, { sessionId: "NEVERWAS" }))).status).toBe(404);
    aws.advance(28_800);
    expect(await failureOf(invoke("listFiles", {}))).toMatchObject({ name: "ResourceNotFoundException", status: 404 });
    expect(recorded().slice(1)).toMatchObject([{ operation: "InvokeCodeInterpreter", isRefused: true }]);
  });
});
