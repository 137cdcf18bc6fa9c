import type { Verb } from "../verb.ts";

export const emulate: Verb = {
  name: "emulate",
  summary: "run the embedded AWS alone",
  description:
    "Runs an embedded AWS on this machine, with a fleet of sandbox sessions in it, until Ctrl-C. Ordinary AWS clients talk to it once AWS_ENDPOINT_URL points there; what to set is printed.",
  options: [
    { flags: "--port <port>", description: "port on 127.0.0.1; 0 takes any free one", default: "4760" },
    {
      flags: "--fleet <name|file>",
      description: "demo, empty, large, ledger, cleanup, thousand, or a fleet file",
      default: "demo",
    },
    { flags: "--seed <n>", description: "makes the same fleet each time", default: "1" },
    { flags: "--clock <mode>", description: "real, x60 (60 seconds in one), or manual", default: "real" },
    { flags: "--start <instant>", description: "where its time starts, such as 2026-11-20T12:00:00Z (default: now)" },
    {
      flags: "--requests-per-second <n>",
      description: "request rate limit of each AgentCore operation",
      default: "30",
    },
    {
      flags: "--unknown <key=value>",
      description: "switches what AWS leaves undocumented (may be repeated)",
      repeatable: true,
    },
    { flags: "--for <seconds>", description: "ends by itself after so many seconds" },
    { flags: "--json", description: "print the endpoint and the environment as JSON" },
  ],
  examples: [
    { command: "sandmeter emulate", does: "runs the demo fleet on http://127.0.0.1:4760 in real time" },
    {
      command: "sandmeter emulate --port 0 --fleet large --seed 7 --clock x60 --json",
      does: "runs a large fleet at 60 times the speed on a free port, for a script to read",
    },
    {
      command: "sandmeter emulate --clock manual --start 2026-11-20T12:00:00Z --unknown stopEnded=conflict",
      does: "stands still until POST /_local/advance, and answers 409 where a session already ended",
    },
  ],
  check: async () => (await import("../emulate/run-emulate.ts")).checkEmulate,
  load: async () => (await import("../emulate/run-emulate.ts")).runEmulate,
};
