import { awsUsageSource } from "../../adapters/aws/usage-source.ts";
import type { UsageFigures } from "../../core/billing/usage-figures.ts";
import { type InterpreterId, interpreterId } from "../../core/kernel/ids.ts";
import { instant } from "../../core/kernel/instant.ts";
import type { SessionBatch, UsageLocation, UsageRequest } from "../../core/ports/usage-source.ts";
import { embedded, signal, target } from "./embedded.ts";

export const start = Date.UTC(2026, 10, 20, 12);
export const hour = 3_600_000;
export const usual = "/aws/vendedlogs/bedrock-agentcore/code-interpreter/USAGE_LOGS";
export const ids = ["usual", "shared", "sharing", "bucket", "deleted", "locked", "dark", "brief"] as const;
export const idOf = (name: (typeof ids)[number]): InterpreterId => interpreterId(`${name}-Abcdefgh12`);
const logs = {
  usual: true,
  shared: { logGroup: "/team/usage" },
  sharing: { logGroup: "/team/usage" },
  bucket: { bucket: "usage-of-bucket", prefix: "p" },
  deleted: { state: "missing" },
  locked: { state: "unreadable" },
  dark: false,
  brief: { retentionDays: 1 },
} as const;
export const ended = { profile: "bursty" as const, count: 2, createdSeconds: -4 * 3600, timeoutSeconds: 900 };
export const aws = await embedded(
  {
    places: [
      {
        region: "us-east-1",
        interpreters: ids.map((name) => ({ name, id: idOf(name), createdSeconds: -6 * 3600, usageLogs: logs[name] })),
        sessions: [
          { interpreter: "usual", ...ended },
          { interpreter: "shared", ...ended },
          { interpreter: "sharing", ...ended, count: 1 },
        ],
      },
    ],
  },
  { maxAttempts: 2, startAt: start, paceSpeed: 50, limits: { requestsPerSecond: 100_000, othersTimes: 100 } },
);
export const here = target("us-east-1");
export const source = awsUsageSource(aws.clients, { logGroup: `/own/\${interpreter}`, pollMs: 1 });

export const groupLocation = (place: string): UsageLocation => ({
  kind: "log-group",
  place,
  foundBy: "delivery",
  windows: "stamp",
  retentionMs: null,
});
const request = (change: Partial<UsageRequest> = {}): UsageRequest => ({
  target: here,
  location: groupLocation(`${usual}/${idOf("usual")}`),
  from: instant(start - 7 * hour),
  until: instant(start),
  how: "rows",
  session: null,
  latestAt: instant(start + 24 * hour),
  ...change,
});

/** Reads the usual group, or what of it is asked for. */
export async function read(change: Partial<UsageRequest> = {}, of = source) {
  const batches: SessionBatch[] = [];
  const reading = await of.read(
    request(change),
    (some) => {
      batches.push(...some);
    },
    signal,
  );
  return { reading, records: batches.flatMap(recordsOf) };
}
const recordsOf = ({
  key,
  usage,
}: SessionBatch): readonly (UsageFigures & { readonly interpreter: string; readonly session: string })[] =>
  Array.from({ length: usage.length }, (_, row) => ({
    interpreter: key.interpreter,
    session: key.session,
    at: instant(usage.at[row] ?? 0),
    elapsedSeconds: usage.elapsedSeconds[row] ?? 0,
    vcpuHours: usage.vcpuHours[row] ?? 0,
    gbHours: usage.gbHours[row] ?? 0,
  }));
export const distinct = (records: readonly object[]): ReadonlySet<string> =>
  new Set(records.map((it) => JSON.stringify(it)));

interface TrueSession {
  readonly interpreter: string;
  readonly session: string;
  readonly records: number;
  readonly vcpuNs: string;
  readonly byteMs: string;
}
export async function truth(): Promise<readonly TrueSession[]> {
  const answer = await fetch(`${aws.url}/_local/truth`);
  return ((await answer.json()) as { sessions: readonly TrueSession[] }).sessions;
}
