import type { Bench, Figure } from "./bench.ts";
import { embeddedAwsProcess, runNode } from "./child.ts";

// 30 requests a second and a share of 20 %, both as on AWS, forty times as fast: what takes 5½ minutes there takes seconds here.
const scale = 40;
const requestsPerSecond = 30 * scale;
const share = 0.2;
const regions = ["us-east-1", "us-east-2", "us-west-2", "eu-central-1", "eu-west-1"];

interface Count {
  readonly region: string | null;
  readonly operation: string;
  readonly attempts: number;
  readonly throttled: number;
}

/** A whole `sandmeter scan --json` as a process of its own, from its start to its end. Throws where it misses a session. */
export const scanBench: Bench = {
  name: "scan",
  about: "5 Regions × 200 interpreters × 10 sessions, beside what the request-rate share allows",
  run: benchScan,
};

async function benchScan(): Promise<readonly Figure[]> {
  const aws = await embeddedAwsProcess(["--fleet", "large", "--requests-per-second", String(requestsPerSecond)]);
  try {
    const run = await runNode(
      [
        ...["cli/main.ts", "scan", "--json", "--regions", regions.join(",")],
        ...["--requests-per-second", String(requestsPerSecond), "--rate-share", String(share * 100)],
      ],
      { AWS_ENDPOINT_URL: aws.url, AWS_ACCESS_KEY_ID: "111122223333", AWS_SECRET_ACCESS_KEY: "embedded" },
    );
    if (run.exit !== 0) throw new Error(`scan ended with ${run.exit}: ${run.err}`);
    return await figures(aws.url, run.out, run.wallMs / 1000);
  } finally {
    aws.stop();
  }
}

async function figures(url: string, out: string, wallSeconds: number): Promise<readonly Figure[]> {
  const { sessions } = JSON.parse(out) as { sessions: { region: string; session: string }[] };
  const truth = (await control(url, "truth?status=READY&cost=false")) as {
    sessions: { region: string; session: string }[];
  };
  const { counts } = (await control(url, "calls")) as { counts: Count[] };
  const keys = (list: readonly { region: string; session: string }[]): string =>
    list
      .map((it) => `${it.region} ${it.session}`)
      .toSorted()
      .join("\n");
  if (keys(sessions) !== keys(truth.sessions)) throw new Error("the scan is not the truth");
  const slowest = Math.max(...counts.filter((it) => isAgentCore(it.operation)).map((it) => it.attempts));
  const total = (operation: string): number =>
    counts.filter((it) => it.operation === operation).reduce((sum, it) => sum + it.attempts, 0);
  // What the share allows at best: the slowest operation's attempts, retries included, at its rate.
  const allowedSeconds = slowest / (requestsPerSecond * share);
  // One page for each interpreter, the SYSTEM ones included: each has at most ten sessions.
  const pages = regions.length * 201;
  return [
    {
      what: "time of the scan / time that the share allows",
      value: wallSeconds / allowedSeconds,
      unit: "",
      atMost: 1.2,
    },
    { what: "time of the scan", value: wallSeconds, unit: "s" },
    { what: "sessions", value: sessions.length, unit: "" },
    { what: "look-ups of a session", value: total("GetCodeInterpreterSession"), unit: "", atMost: sessions.length },
    { what: "pages of sessions", value: total("ListCodeInterpreterSessions"), unit: "", atMost: pages },
    { what: "throttled requests", value: counts.reduce((sum, it) => sum + it.throttled, 0), unit: "" },
  ];
}

const isAgentCore = (operation: string): boolean => operation.includes("CodeInterpreter");

async function control(url: string, path: string): Promise<unknown> {
  const answer = await fetch(`${url}/_local/${path}`);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}
