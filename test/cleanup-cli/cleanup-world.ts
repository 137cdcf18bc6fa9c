import { copyFileSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, vi } from "vitest";
import type { Terminal } from "../../cli/terminal.ts";
import type { FleetInput } from "../../local/fleet/fleet-spec.ts";
import { embedded } from "../aws/embedded.ts";
import { type CliRun, runCli } from "../scan/run-cli.ts";
import { embeddedEnvironment } from "../watch/embedded-env.ts";

const enforcing = `version: 1
policies:
  - { id: leaks, mode: enforce, idleAfter: 15m, minAge: 5m }
  - { id: watched, match: { name: "^watched" }, mode: observe, idleAfter: 15m, minAge: 5m }
`;

/** As it was saved a while ago: what was saved this moment is not gone by yet. */
function save(file: string, text: string): void {
  writeFileSync(file, text);
  const at = Date.now() / 1000 - 60;
  utimesSync(file, at, at);
}

const leak = { interpreter: "tool", profile: "idle-leak" as const, createdSeconds: -6600, timeoutSeconds: 28_800 };

/** Three provable leaks, one of them only observed, one that nothing can prove, and a session that works. */
const usual: FleetInput = {
  places: [
    {
      region: "us-east-1",
      interpreters: [
        { name: "tool", usageLogs: { bucket: "usage" } },
        { name: "busy", usageLogs: { bucket: "usage" } },
        { name: "dark", usageLogs: false },
      ],
      sessions: [
        { ...leak, count: 2, names: ["desk"] },
        { ...leak, count: 1, names: ["watched-\u001b[31mred"] },
        { ...leak, interpreter: "dark", count: 1 },
        { interpreter: "busy", profile: "steady", count: 1, createdSeconds: -5400, timeoutSeconds: 28_800 },
      ],
    },
  ],
};

/** As fast as the embedded AWS answers. */
const fast = ["--requests-per-second", "10000", "--rate-share", "100"];

/** An embedded AWS, and the command that asks it, in a folder of its own. */
export async function cleanupWorld(fleet: FleetInput = usual) {
  const aws = await embedded(fleet, {
    startAt: Date.now(),
    speed: 1,
    othersTimes: 10_000,
    limits: { requestsPerSecond: 100_000, othersTimes: 10_000 },
  });
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), "sandmeter-cleanup-"));
    for (const [name, value] of Object.entries(embeddedEnvironment(aws.url))) vi.stubEnv(name, value);
    save(path.join(folder, "sandmeter.policy.yaml"), enforcing);
    save(path.join(folder, "sandmeter.config.yaml"), "cleanup: { invocationStamp: start }\n");
  });
  afterAll(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
  });
  const runAt = (terminal: Partial<Terminal>, state: string, ...argv: readonly string[]): Promise<CliRun> =>
    runCli([...argv, "--state", path.join(folder, `${state}.sqlite`)], {
      cwd: folder,
      env: { USER: "ada" },
      ...terminal,
    });
  const run = (state: string, ...argv: readonly string[]): Promise<CliRun> => runAt({}, state, ...argv);
  return {
    aws,
    folder: () => folder,
    write: (name: string, text: string): void => save(path.join(folder, name), text),
    run,
    runAt,
    /** A verb that asks AWS, as fast as the embedded one answers. */
    ask: (state: string, ...argv: readonly string[]) => run(state, ...argv, ...fast),
    fast,
    /**
     * What one state has, and the plan that was made with it, under another name. At the pace of AWS's services a first look at sessions takes
     * seconds; a state that remembers it looks no more than it has to.
     */
    copy: (from: string, to: string): void => {
      for (const kind of ["sqlite", "json"])
        copyFileSync(path.join(folder, `${from}.${kind}`), path.join(folder, `${to}.${kind}`));
    },
    stops: async (): Promise<number> => (await aws.takeCalls())["StopCodeInterpreterSession"] ?? 0,
  };
}
