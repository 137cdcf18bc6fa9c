import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { BedrockAgentCoreClient, ListCodeInterpreterSessionsCommand } from "@aws-sdk/client-bedrock-agentcore";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CliError, UsageError } from "../../cli/cli-error.ts";
import { emulateOptions } from "../../cli/emulate/emulate-options.ts";
import { runEmulate } from "../../cli/emulate/run-emulate.ts";
import { exitCode } from "../../cli/exit-code.ts";
import type { Terminal } from "../../cli/terminal.ts";
import type { VerbInput } from "../../cli/verb.ts";
import { emulate } from "../../cli/verbs/emulate.ts";

const defaults = { port: "0", fleet: "empty", seed: "1", clock: "manual", requestsPerSecond: "30" };
const input = (options: VerbInput["options"]): VerbInput => ({ arguments: [], options: { ...defaults, ...options } });

function problemsOf(options: VerbInput["options"]): readonly string[] {
  try {
    emulateOptions(input(options));
  } catch (error) {
    if (error instanceof UsageError) return error.problems;
    throw error;
  }
  return [];
}

describe("the flags of emulate", () => {
  it("have defaults that are right themselves", () => {
    const declared = Object.fromEntries(
      emulate.options.flatMap(({ flags, default: value }) => {
        const name = flags.replace(/^--/, "").split(" ")[0] ?? "";
        const camel = name.replaceAll(/-(\w)/g, (_match, letter: string) => letter.toUpperCase());
        return value === undefined ? [] : [[camel, value] as const];
      }),
    );
    expect(emulateOptions({ arguments: [], options: declared })).toEqual({
      port: 4760,
      fleet: "demo",
      seed: 1,
      speed: 1,
      startAt: null,
      requestsPerSecond: 30,
      unknowns: {},
      forSeconds: null,
      json: false,
    });
  });

  it.each([
    { clock: "real", speed: 1 },
    { clock: "manual", speed: 0 },
    { clock: "x60", speed: 60 },
    { clock: "x0.5", speed: 0.5 },
  ])("read the clock $clock", ({ clock, speed }) => {
    expect(emulateOptions(input({ clock })).speed).toBe(speed);
  });

  it("read the instant, and switches of what is unknown", () => {
    const options = emulateOptions(
      input({ start: "2026-11-20T12:00:00+01:00", unknown: ["stopEnded=conflict", "interpreterPageMax=5"] }),
    );
    expect(options.startAt).toBe(Date.UTC(2026, 10, 20, 11));
    expect(options.unknowns).toEqual({ stopEnded: "conflict", interpreterPageMax: 5 });
  });

  it.each([
    { options: { port: "65536" }, problem: '--port must be a whole number from 0 to 65535, not "65536"' },
    { options: { port: "http" }, problem: "--port must be a whole number" },
    { options: { seed: "-1" }, problem: "--seed must be a whole number" },
    { options: { clock: "fast" }, problem: "--clock must be real, manual, or x and a factor up to 1000000" },
    { options: { clock: "x0" }, problem: "--clock must be" },
    { options: { start: "yesterday" }, problem: "--start must be an instant with its zone" },
    { options: { start: "2026-11-20T12:00:00" }, problem: "--start must be an instant with its zone" },
    { options: { requestsPerSecond: "0" }, problem: "--requests-per-second must be a whole number from 1" },
    { options: { for: "0" }, problem: "--for must be a whole number from 1" },
    { options: { unknown: ["colour=red"] }, problem: 'there is no "colour" (known: usageDelivery,' },
    { options: { unknown: ["stopEnded=maybe"] }, problem: "stopEnded must be one of success, not-found, conflict" },
    { options: { unknown: ["stopEnded"] }, problem: "stopEnded must be one of" },
    { options: { unknown: ["interpreterPageMax=101"] }, problem: "must be a whole number from 1 to 100" },
    { options: { unknown: ["toString=1"] }, problem: 'there is no "toString"' },
  ])("are refused: $problem", ({ options, problem }) => {
    expect(problemsOf(options)).toEqual([expect.stringContaining(problem)]);
  });

  it("are refused all at once", () => {
    expect(problemsOf({ port: "x", clock: "y", start: "z", unknown: ["a=b", "c=d"] })).toHaveLength(5);
  });
});

describe("emulate", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "emulate-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Starts the verb in this process; `stop` is Ctrl-C. */
  function started(options: VerbInput["options"]) {
    const abort = new AbortController();
    let said: (text: string) => void;
    const output = new Promise<string>((resolve) => {
      said = resolve;
    });
    const terminal: Terminal = {
      out: (text) => said(text),
      err: () => undefined,
      interactive: false,
      columns: 80,
      color: false,
      env: {},
      cwd: folder,
      signal: abort.signal,
    };
    const exit = runEmulate(input(options), terminal);
    return {
      exit,
      output: Promise.race([
        output,
        exit.then(
          () => "ended in silence",
          () => "failed",
        ),
      ]),
      stop: () => abort.abort(),
    };
  }

  it("serves the fleet, says what to set, and ends at once with Ctrl-C", async () => {
    const run = started({ json: true, fleet: "demo", start: "2026-11-20T12:00:00Z" });
    const said = JSON.parse(await run.output) as { url: string; now: string; environment: Record<string, string> };
    expect(said.now).toBe("2026-11-20T12:00:00.000Z");
    expect(said.environment).toEqual({
      AWS_ENDPOINT_URL: said.url,
      AWS_ACCESS_KEY_ID: "111122223333",
      AWS_SECRET_ACCESS_KEY: expect.any(String),
      AWS_REGION: "us-east-1",
    });
    const client = new BedrockAgentCoreClient({
      endpoint: said.url,
      region: "us-east-1",
      credentials: { accessKeyId: "111122223333", secretAccessKey: "any" },
    });
    const listing = await client.send(
      new ListCodeInterpreterSessionsCommand({ codeInterpreterIdentifier: "aws.codeinterpreter.v1" }),
    );
    expect(listing.items?.length).toBeGreaterThan(0);
    const began = performance.now();
    run.stop();
    expect(await run.exit).toBe(exitCode.done);
    expect(performance.now() - began).toBeLessThan(1000);
    client.destroy();
  });

  it("prints lines that a shell can take", async () => {
    const run = started({});
    expect(await run.output).toMatch(/^ {2}export AWS_ENDPOINT_URL=http:\/\/127\.0\.0\.1:\d+$/m);
    run.stop();
    await run.exit;
  });

  it("says in one sentence that a port is in use", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const failure = await started({ port: String(port) }).exit.catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(CliError);
    expect((failure as CliError).exit).toBe(exitCode.failed);
    expect((failure as CliError).message).toBe(
      `port ${port} is in use: choose another with --port, or --port 0 for any free one`,
    );
    server.close();
  });

  describe("with a fleet file", () => {
    beforeAll(() => {
      writeFileSync(path.join(folder, "good.json"), '{"firstAccount":"999988887777"}');
      writeFileSync(path.join(folder, "bad.json"), '{"firstAccount":"1","colour":"red"}');
    });

    it("serves what is in it", async () => {
      const run = started({ json: true, fleet: "good.json" });
      expect(JSON.parse(await run.output)).toMatchObject({ account: "999988887777" });
      run.stop();
      await run.exit;
    });

    const problemsOf = async (fleet: string): Promise<readonly string[]> => {
      const failure = await started({ fleet }).exit.catch((error: unknown) => error);
      return failure instanceof UsageError ? failure.problems : [];
    };

    it("refuses a file with every problem, and names the fleets there are", async () => {
      const problems = await problemsOf("bad.json");
      expect(problems[0]).toContain("demo, empty, large");
      expect(problems.length).toBeGreaterThan(2);
    });

    it.each([
      ["dmeo", 'there is no fleet "dmeo", and no such file: did you mean demo? (fleets: demo, empty, large'],
      ["none.json", 'there is no fleet "none.json", and no such file (fleets: demo, empty, large'],
    ])("says of %s that it is neither a fleet nor a file", async (fleet, said) =>
      expect(await problemsOf(fleet)).toEqual([expect.stringContaining(said)]),
    );
  });
});
