import { localClock } from "../../local/clock.ts";
import { createWorld } from "../../local/create-world.ts";
import { type LocalAws, startLocalAws } from "../../local/server.ts";
import type { World } from "../../local/world.ts";
import { CliError } from "../cli-error.ts";
import { exitCode } from "../exit-code.ts";
import { systemClock } from "../system-clock.ts";
import { thrownProblems } from "../thrown-problems.ts";
import type { CheckVerb, RunVerb } from "../verb.ts";
import { type EmulateOptions, emulateOptions } from "./emulate-options.ts";
import { readFleet } from "./read-fleet.ts";

export const checkEmulate: CheckVerb = (input) => Promise.resolve(thrownProblems(() => emulateOptions(input)));

export const runEmulate: RunVerb = async (input, terminal) => {
  const options = emulateOptions(input);
  const fleet = await readFleet(options.fleet, terminal.cwd);
  const world = createWorld({
    fleet,
    seed: options.seed,
    clock: localClock({ startAt: options.startAt ?? systemClock.now(), speed: options.speed }),
    unknowns: options.unknowns,
    limits: { requestsPerSecond: options.requestsPerSecond },
  });
  const aws = await listening(world, options.port);
  try {
    terminal.out(options.json ? asJson(aws, world) : asText(aws, world, options));
    await ended(terminal.signal, options.forSeconds);
  } finally {
    await aws.close();
  }
  return exitCode.done;
};

async function listening(world: World, port: number): Promise<LocalAws> {
  try {
    return await startLocalAws({ world, port });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const text = {
      EADDRINUSE: `port ${port} is in use: choose another with --port, or --port 0 for any free one`,
      EACCES: `port ${port} may not be used by this user: choose one above 1023 with --port`,
    }[code ?? ""];
    throw text === undefined ? error : new CliError(text, exitCode.failed, { cause: error });
  }
}

/** What a client needs. The secret is no secret: the embedded AWS cannot check signatures. */
const environmentOf = (aws: LocalAws, world: World): Readonly<Record<string, string>> => ({
  AWS_ENDPOINT_URL: aws.url,
  AWS_ACCESS_KEY_ID: world.firstAccount,
  AWS_SECRET_ACCESS_KEY: "embedded",
  AWS_REGION: "us-east-1",
});

const asJson = (aws: LocalAws, world: World): string =>
  `${JSON.stringify({ url: aws.url, port: aws.port, account: world.firstAccount, now: new Date(world.clock.now()).toISOString(), environment: environmentOf(aws, world) })}\n`;

function asText(aws: LocalAws, world: World, options: EmulateOptions): string {
  const pace = options.speed === 0 ? "stands still until advanced" : `runs at ${options.speed} × real time`;
  return [
    `The embedded AWS answers at ${aws.url} (fleet ${options.fleet}, seed ${options.seed}).`,
    `Its time is ${new Date(world.clock.now()).toISOString()} and ${pace}. Set these for your clients:`,
    "",
    ...Object.entries(environmentOf(aws, world)).map(([name, value]) => `  export ${name}=${value}`),
    "",
    `Another account: its 12 digits as AWS_ACCESS_KEY_ID. Control interface: ${aws.url}/_local/`,
    options.forSeconds === null ? "Ctrl-C ends it." : `It ends by itself after ${options.forSeconds} s.`,
    "",
  ].join("\n");
}

async function ended(signal: AbortSignal, forSeconds: number | null): Promise<void> {
  if (forSeconds !== null) return systemClock.sleep(forSeconds * 1000, signal);
  while (!signal.aborted) await systemClock.sleep(longestTimerMs, signal);
}

/** Timers hold 31 bits of milliseconds. */
const longestTimerMs = 2 ** 31 - 1;
