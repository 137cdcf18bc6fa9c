import { memoryRegistry } from "../../adapters/memory/registry.ts";
import { codeInterpreterPrices } from "../../core/billing/code-interpreter-prices.ts";
import { priceBookOf } from "../../core/billing/price-book.ts";
import type { SandboxKind } from "../../core/inventory/sandbox-kind.ts";
import type { SessionSummary } from "../../core/inventory/session.ts";
import { type Target, targetKey } from "../../core/inventory/target.ts";
import { observe } from "../../core/jobs/observe/observe.ts";
import type { PassOutcome, TargetPass } from "../../core/jobs/observe/outcome.ts";
import type { ObserveInput, ObservePorts } from "../../core/jobs/observe/ports.ts";
import { scan } from "../../core/jobs/scan/scan.ts";
import { accountId, interpreterId, region, sessionId } from "../../core/kernel/ids.ts";
import type { Problem } from "../../core/kernel/problem.ts";
import type { OutgoingEvent } from "../../core/ports/events.ts";
import type { MetricDatum } from "../../core/ports/metrics.ts";
import type { Outbox } from "../../core/ports/outbox.ts";
import type { Registry } from "../../core/ports/registry.ts";
import type { SandboxReader } from "../../core/ports/sandboxes.ts";
import { defaultAlertRule } from "../../core/quota/alert-rule.ts";
import { minutes, sessionQuota, start } from "./quota-fixtures.ts";

export const virginia: Target = { account: accountId("111122223333"), region: region("us-east-1") };
export const ireland: Target = { account: accountId("111122223333"), region: region("eu-west-1") };

const system = interpreterId("aws.codeinterpreter.v1");
const interpreterQuota = {
  code: "L-D8BDCBA9",
  name: "Code Interpreter configurations",
  subject: "custom-interpreters",
  builtInLimit: 1000,
} as const;
const kind: SandboxKind = {
  name: "Code Interpreter",
  size: { vcpu: 2, memoryGb: 8 },
  maxTimeoutSeconds: 28_800,
  quotas: [sessionQuota, interpreterQuota],
  regions: {},
};
export const throttled: Problem = { code: "Throttled", message: "throttled", operation: "ListCodeInterpreterSessions" };

/** One Region as a test sets it up; it changes between passes. */
export interface Place {
  limit: number;
  /** Ids of the live sessions; each was created at the start and lives for 900 s. */
  live: string[];
  broken: "no" | "sessions" | "all";
}

/** The observing job over Regions that a test holds in its hand, with what was told recorded. */
export function monitor(options: { readonly state?: Registry & Outbox; readonly targets?: readonly Target[] } = {}) {
  const state = options.state ?? memoryRegistry();
  const targets = options.targets ?? [virginia];
  const places = new Map<string, Place>(targets.map((it) => [targetKey(it), { limit: 10, live: [], broken: "no" }]));
  const placeOf = (target: Target): Place => places.get(targetKey(target)) ?? { limit: 0, live: [], broken: "all" };
  const looked: string[] = [];
  const sent: OutgoingEvent[] = [];
  const published: MetricDatum[] = [];
  const faults = { refuseEvents: 0, metrics: [] as Problem[], crashBeforeSending: false };

  const summary = (id: string): SessionSummary => ({
    id: sessionId(id),
    name: null,
    status: "READY",
    createdAt: start,
    lastUpdatedAt: null,
  });
  const sandboxes: SandboxReader = {
    listInterpreters: async (target) =>
      placeOf(target).broken === "all"
        ? { items: [], problems: [throttled], complete: false }
        : {
            items: [{ id: system, arn: "arn", kind: "SYSTEM", name: null, status: "READY", createdAt: null }],
            problems: [],
            complete: true,
          },
    getInterpreter: async () => ({ kind: "gone" }),
    listReadySessions: async (target) => {
      const { live, broken } = placeOf(target);
      return broken === "sessions"
        ? { items: live.slice(0, 1).map(summary), problems: [throttled], complete: false }
        : { items: live.map(summary), problems: [], complete: true };
    },
    getSession: async (_target, _interpreter, session) => {
      looked.push(session);
      return { kind: "found", value: { status: "READY", name: null, createdAt: null, timeoutSeconds: 900 } };
    },
  };
  const ports: ObservePorts = {
    scan: scan({
      sandboxes,
      readQuotaLimits: async (target) => ({
        items: [{ code: sessionQuota.code, limit: placeOf(target).limit, source: "applied" }],
        problems: [],
        complete: true,
      }),
      kind,
    }),
    kind,
    registry: state,
    outbox: state,
    publishMetrics: async (data) => {
      published.push(...data);
      return faults.metrics;
    },
    sendEvents: async (events) => {
      if (faults.crashBeforeSending) throw new Error("killed");
      return events.map((event) => {
        if (faults.refuseEvents > 0) {
          faults.refuseEvents -= 1;
          return { sent: false, reason: "ThrottlingException: slow down" };
        }
        sent.push(event);
        return { sent: true };
      });
    },
    readEffort: () => ({ wallMs: 0, apiAttempts: 0 }),
  };
  const input: ObserveInput = {
    targets,
    prices: priceBookOf(codeInterpreterPrices),
    gb: "binary",
    rule: defaultAlertRule,
    limitOverrides: [],
    notEnabled: "fail",
    publish: true,
    rememberSeenEveryMs: 0,
  };
  const never = new AbortController().signal;
  return {
    state,
    ports,
    input,
    place: placeOf(targets[0] ?? virginia),
    placeOf,
    /** Sessions that were looked up one by one, in order. */
    looked,
    sent,
    published,
    faults,
    pass: (minute: number, change: Partial<ObserveInput> = {}): Promise<PassOutcome> =>
      observe(ports)(minutes(minute), { ...input, ...change }, never),
  };
}

export const live = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, index) => `s${from + index}`);

export function only(outcome: PassOutcome): TargetPass {
  const [pass, ...others] = outcome.targets;
  if (pass === undefined || others.length > 0) throw new Error("not one target");
  return pass;
}

export const figureOf = (data: readonly MetricDatum[], name: string): number | undefined =>
  data.find((datum) => datum.name === name)?.value;
