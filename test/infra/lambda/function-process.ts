import { spawn } from "node:child_process";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";

/** What an invocation, or the start of the function, came to. */
type Answer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly errorType: string; readonly errorMessage: string };

export interface FunctionProcess {
  readonly invoke: (event: unknown) => Promise<Answer>;
  /** Every line that the function has written, parsed. */
  readonly logs: () => readonly Readonly<Record<string, unknown>>[];
  readonly stop: () => Promise<void>;
}

export interface FunctionProcessOptions {
  /** Where the bundle is. */
  readonly folder: string;
  /** As Lambda takes it: `bundle.handler`. */
  readonly handler: string;
  readonly functionArn: string;
  readonly timeoutMs: number;
  readonly environment: Readonly<Record<string, string>>;
  /** What time the function is told that it is; the machine's where it is left out. */
  readonly now?: () => number;
}

/** Runs a built function in a process of its own, which gets its events from Lambda's Runtime API as on AWS. */
export async function startFunction(options: FunctionProcessOptions): Promise<FunctionProcess> {
  const waitingEvents: unknown[] = [];
  const waitingAnswers: ((answer: Answer) => void)[] = [];
  let idle: ServerResponse | null = null;
  let dead: Answer | null = null;
  let output = "";

  const deliver = (): void => {
    if (idle === null || waitingEvents.length === 0) return;
    const response = idle;
    idle = null;
    response.setHeader("lambda-runtime-aws-request-id", crypto.randomUUID());
    response.setHeader("lambda-runtime-deadline-ms", String(Date.now() + options.timeoutMs));
    response.setHeader("x-now", String((options.now ?? Date.now)()));
    response.setHeader("lambda-runtime-invoked-function-arn", options.functionArn);
    response.end(JSON.stringify(waitingEvents.shift()));
  };
  const settle = (answer: Answer): void => waitingAnswers.shift()?.(answer);
  const die = (answer: Answer): void => {
    dead ??= answer;
    while (waitingAnswers.length > 0) settle(dead);
  };

  const api = createServer((request, response) => {
    if (request.method === "GET") {
      idle = response;
      deliver();
      return;
    }
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body: unknown = JSON.parse(Buffer.concat(chunks).toString());
      const failed = request.url?.endsWith("/error") === true;
      const answer = failed ? { ok: false as const, ...(body as Failure) } : { ok: true as const, value: body };
      if (request.url?.endsWith("/init/error") === true) die(answer);
      else settle(answer);
      response.statusCode = 202;
      response.end();
    });
  });
  await new Promise<void>((resolve) => {
    api.listen(0, "127.0.0.1", resolve);
  });

  const child = spawn(process.execPath, [path.join(import.meta.dirname, "bootstrap.ts")], {
    // Nothing of this machine's environment: what the function reads, the stack has set or Lambda sets.
    env: {
      ...options.environment,
      PATH: "/usr/bin:/bin",
      AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${(api.address() as AddressInfo).port}`,
      AWS_LAMBDA_FUNCTION_NAME: options.functionArn.split(":").at(-1) ?? "",
      LAMBDA_TASK_ROOT: options.folder,
      _HANDLER: options.handler,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const ended = new Promise<void>((resolve) => {
    child.once("exit", (code) => {
      die({ ok: false, errorType: "Exited", errorMessage: `the function's process ended with ${code}: ${output}` });
      resolve();
    });
  });

  return {
    invoke: (event) =>
      new Promise((resolve) => {
        if (dead !== null) return resolve(dead);
        waitingAnswers.push(resolve);
        waitingEvents.push(event);
        deliver();
      }),
    logs: () =>
      output
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    stop: async () => {
      child.kill();
      await ended;
      api.closeAllConnections();
      await new Promise((resolve) => api.close(resolve));
    },
  };
}

interface Failure {
  readonly errorType: string;
  readonly errorMessage: string;
}
