import { createHash } from "node:crypto";
import { type AwsClients, awsClients } from "../adapters/aws/clients.ts";
import { codeInterpreterKind } from "../adapters/aws/code-interpreter-kind.ts";
import { awsSendEvents } from "../adapters/aws/events.ts";
import { awsInterpreterCalls } from "../adapters/aws/interpreter-calls.ts";
import { awsKillSwitch } from "../adapters/aws/kill-switch.ts";
import { awsRefusedCalls } from "../adapters/aws/refused-calls.ts";
import { awsSandboxReader } from "../adapters/aws/sandbox-reader.ts";
import { serviceTime } from "../adapters/aws/service-time.ts";
import { awsSessionCalls } from "../adapters/aws/session-calls.ts";
import { awsStopSession } from "../adapters/aws/stop-session.ts";
import { deployedCleanup } from "../adapters/config/deployed-cleanup.ts";
import { deployedPricing } from "../adapters/config/deployed-configuration.ts";
import { patternOf } from "../adapters/config/policy-match-schema.ts";
import type { UsageSettings } from "../adapters/config/usage-of.ts";
import { dynamodbDocuments } from "../adapters/dynamodb/documents.ts";
import { dynamodbLedger } from "../adapters/dynamodb/ledger.ts";
import { dynamodbRegistry } from "../adapters/dynamodb/registry.ts";
import { dynamodbStopRecords } from "../adapters/dynamodb/stop-records.ts";
import type { Target } from "../core/inventory/target.ts";
import { knownTimeoutsOf } from "../core/jobs/observe/sessions.ts";
import type { ScanOutcome } from "../core/jobs/scan/outcome.ts";
import { scan } from "../core/jobs/scan/scan.ts";
import { sessionCpu } from "../core/jobs/sweep/evidence/session-cpu.ts";
import { stoppedUsage } from "../core/jobs/sweep/regret/stopped-usage.ts";
import { storedKillSwitch } from "../core/jobs/sweep/stored/stored-kill-switch.ts";
import { readMadeProtections } from "../core/jobs/sweep/stored/stored-protections.ts";
import { sweepPass } from "../core/jobs/sweep/sweep-pass.ts";
import type { SweepPassOutcome, SweepPassPorts } from "../core/jobs/sweep/sweep-pass-ports.ts";
import type { InterpreterId, SessionId } from "../core/kernel/ids.ts";
import type { Instant } from "../core/kernel/instant.ts";
import { readAccount, writeAccount } from "../core/ledger/account-text.ts";
import type { Registry } from "../core/ports/registry.ts";
import { defaultThresholds } from "../core/quota/thresholds.ts";
import { knownCosts } from "../core/reporting/known-costs.ts";
import { readDeployedFile } from "./deployed-file.ts";
import type { SweepEnvironment } from "./environment.ts";
import { functionClock } from "./function-clock.ts";
import type { FunctionPlace } from "./function-place.ts";
import { requestsPerSecond, tableClient } from "./service-limits.ts";
import { targetsOf } from "./targets.ts";
import { usageSourceOf } from "./usage-source.ts";

export interface Swept {
  readonly scanned: ScanOutcome;
  readonly outcome: SweepPassOutcome;
}

/** One pass of clean-up over this deployment's targets. */
export type Sweeper = (now: Instant, place: FunctionPlace, signal: AbortSignal) => Promise<Swept>;

/** The composition root: the only function of a deployment whose role can stop sessions. */
export function sweeperOf(environment: SweepEnvironment): Sweeper {
  const { version, rateShare, homeRegion, table, taskRoot, regions } = environment;
  const { prices, usage } = readDeployedFile(taskRoot, deployedPricing);
  const cleanup = readDeployedFile(taskRoot, deployedCleanup);
  const clients = awsClients({ version, requestsPerSecond, rateShare, machineNow: functionClock.now });
  const state = tableClient(homeRegion);
  const registry = dynamodbRegistry(state, table);
  const ledger = dynamodbLedger(state, table, { encode: writeAccount, decode: readAccount });
  const ports = portsOf(environment, clients, usage, cleanup, registry);
  const scanning = scan({
    sandboxes: awsSandboxReader(clients),
    // Quotas are the scan's.
    readQuotaLimits: async () => ({ items: [], problems: [], complete: true }),
    kind: codeInterpreterKind,
  });
  return async (now, place, signal) => {
    const targets = targetsOf(regions, place);
    const scanned = await scanning(
      now,
      {
        targets,
        prices,
        gb: usage.meter.gb,
        thresholds: defaultThresholds,
        limitOverrides: [],
        notEnabled: regions === "all" ? "skip" : "fail",
        interpreter: null,
        // The scan looks each session up once; one that it has not yet is kept until it has.
        lookUp: { sessions: false, interpreters: false },
        knownTimeout: await knownTimeouts(registry, targets),
        notes: [],
      },
      signal,
    );
    const { costOf, problems } = await knownCosts(scanned.targets, ledger, prices, usage.meter.gb);
    const found = scanned.targets.flatMap(({ interpreters, ...target }) =>
      interpreters === null ? [] : [{ ...target, interpreters }],
    );
    const { cap, planLifetimeMs, looksAtMost, regret } = cleanup.settings;
    const { policies, runaway } = cleanup;
    const { invocationStamp } = policies;
    const { idleVcpu } = usage.meter;
    const limits = { cap, planLifetimeMs, looksAtMost, runaway, regret };
    const input = { ...limits, policies, invocationStamp, idleVcpu, costOf, publish: true };
    const outcome = await sweepPass(ports)(now, input, found, signal);
    return { scanned, outcome: { ...outcome, problems: [...outcome.problems, ...problems] } };
  };
}

function portsOf(
  { homeRegion, table }: SweepEnvironment,
  clients: AwsClients,
  usage: UsageSettings,
  { settings, runaway }: ReturnType<typeof deployedCleanup>,
  registry: Registry,
): SweepPassPorts {
  const documents = dynamodbDocuments(tableClient(homeRegion), table);
  const { idleVcpu, gb } = usage.meter;
  const records = { usage: usageSourceOf(clients, usage), documents };
  const place = settings.switch;
  const killSwitch =
    place === null ? storedKillSwitch(documents) : awsKillSwitch(clients, place.region, place.parameter);
  return {
    clock: serviceTime(clients, functionClock),
    documents,
    registry,
    records: dynamodbStopRecords(tableClient(homeRegion), table),
    stopSession: awsStopSession(clients),
    readSwitch: killSwitch.read,
    writeSwitch: killSwitch.write,
    getSession: awsSandboxReader(clients).getSession,
    sha256: (text) => createHash("sha256").update(text).digest("hex"),
    readProtections: () => readMadeProtections(documents, patternOf),
    readInterpreterCalls: awsInterpreterCalls(clients),
    readSessionCalls: awsSessionCalls(clients),
    readRefusedCalls: awsRefusedCalls(clients),
    readStoppedUsage: stoppedUsage(records),
    readSessionCpu: sessionCpu(records, { idleVcpu, hotVcpu: runaway.hotVcpu, gb }),
    sendEvents: awsSendEvents(clients, homeRegion),
  };
}

async function knownTimeouts(
  registry: Pick<Registry, "load">,
  targets: readonly Target[],
): Promise<(target: Target, interpreter: InterpreterId, session: SessionId) => number | null> {
  const byRegion = new Map<string, ReturnType<typeof knownTimeoutsOf>>();
  for (const target of targets) {
    byRegion.set(target.region, knownTimeoutsOf((await registry.load(target)).openSessions));
  }
  return (target, interpreter, session) => byRegion.get(target.region)?.(interpreter, session) ?? null;
}
