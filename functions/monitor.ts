import { awsClients } from "../adapters/aws/clients.ts";
import { codeInterpreterKind, quotaServiceCode } from "../adapters/aws/code-interpreter-kind.ts";
import { awsSendEvents } from "../adapters/aws/events.ts";
import { awsPublishMetrics } from "../adapters/aws/metrics.ts";
import { awsQuotaLimits } from "../adapters/aws/quota-limits.ts";
import { awsSandboxReader } from "../adapters/aws/sandbox-reader.ts";
import { deployedPricing } from "../adapters/config/deployed-configuration.ts";
import { dynamodbRegistry } from "../adapters/dynamodb/registry.ts";
import { observe } from "../core/jobs/observe/observe.ts";
import type { PassOutcome } from "../core/jobs/observe/outcome.ts";
import type { ObservePorts } from "../core/jobs/observe/ports.ts";
import { scan } from "../core/jobs/scan/scan.ts";
import type { Instant } from "../core/kernel/instant.ts";
import { defaultAlertRule } from "../core/quota/alert-rule.ts";
import { readDeployedFile } from "./deployed-file.ts";
import type { ScanEnvironment } from "./environment.ts";
import type { FunctionPlace } from "./function-place.ts";
import { requestsPerSecond, tableClient } from "./service-limits.ts";
import { targetsOf } from "./targets.ts";

/** A write costs five times a read: "seen again" is written every ten minutes, which widens a final cost by no more than that. */
const rememberSeenEveryMs = 600_000;
/**
 * What fits into a pass of the shortest timeout with room to spare. Without a bound, a Region that is first seen with
 * thousands of sessions would run out of time in each pass, and never be seen to its end.
 */
const lookUpSeconds = 100;

/** One pass over the targets of this deployment. */
export type Monitor = (now: Instant, place: FunctionPlace, signal: AbortSignal) => Promise<PassOutcome>;

/** The composition root: makes every client, so that all passes of one warm function share connections and the request budget. */
export function monitorOf(environment: ScanEnvironment): Monitor {
  const { prices, usage } = readDeployedFile(environment.taskRoot, deployedPricing);
  const observing = observe(portsOf(environment));
  return (now, place, signal) =>
    observing(
      now,
      {
        targets: targetsOf(environment.regions, place),
        prices,
        gb: usage.meter.gb,
        rule: { ...defaultAlertRule, thresholds: environment.thresholds },
        limitOverrides: [],
        notEnabled: environment.regions === "all" ? "skip" : "fail",
        publish: true,
        rememberSeenEveryMs,
        lookUpsAtMost: Math.max(1, Math.floor(requestsPerSecond * environment.rateShare * lookUpSeconds)),
      },
      signal,
    );
}

function portsOf(environment: ScanEnvironment): ObservePorts {
  const { version, rateShare, homeRegion, table } = environment;
  const clients = awsClients({ version, requestsPerSecond, rateShare });
  const state = dynamodbRegistry(tableClient(homeRegion), table);
  return {
    scan: scan({
      sandboxes: awsSandboxReader(clients),
      readQuotaLimits: awsQuotaLimits(clients, quotaServiceCode),
      kind: codeInterpreterKind,
    }),
    kind: codeInterpreterKind,
    registry: state,
    outbox: state,
    publishMetrics: awsPublishMetrics(clients, homeRegion),
    sendEvents: awsSendEvents(clients, homeRegion),
    readEffort: (target) => ({ wallMs: performance.now(), apiAttempts: clients.attemptsIn(target.region) }),
  };
}
