import type { AwsClients } from "../../adapters/aws/clients.ts";
import { codeInterpreterKind } from "../../adapters/aws/code-interpreter-kind.ts";
import { awsSendEvents } from "../../adapters/aws/events.ts";
import { awsPublishMetrics } from "../../adapters/aws/metrics.ts";
import type { ObserveInput, ObservePorts } from "../../core/jobs/observe/ports.ts";
import type { ScanProgress } from "../../core/jobs/scan/input.ts";
import { scan } from "../../core/jobs/scan/scan.ts";
import type { Outbox } from "../../core/ports/outbox.ts";
import type { Registry } from "../../core/ports/registry.ts";
import { defaultAlertRule } from "../../core/quota/alert-rule.ts";
import type { AwsSettings } from "../config/aws-settings.ts";
import { scanPortsOf } from "../scan/compose.ts";
import type { ScanSubject } from "../scan/subject.ts";

/** The observing pass on AWS, told in one Region. */
export const observePortsOf = (
  clients: AwsClients,
  state: Registry & Outbox,
  publishRegion: string,
  onProgress: (progress: ScanProgress) => void,
): ObservePorts => ({
  scan: scan(scanPortsOf(clients, onProgress)),
  kind: codeInterpreterKind,
  registry: state,
  outbox: state,
  publishMetrics: awsPublishMetrics(clients, publishRegion),
  sendEvents: awsSendEvents(clients, publishRegion),
  readEffort: (target) => ({ wallMs: performance.now(), apiAttempts: clients.attemptsIn(target.region) }),
});

export const observeInputOf = (
  settings: Pick<AwsSettings, "thresholds" | "limitOverrides" | "prices" | "gb">,
  subject: Pick<ScanSubject, "targets" | "notEnabled">,
  publish: boolean,
): ObserveInput => ({
  targets: subject.targets,
  prices: settings.prices,
  gb: settings.gb,
  rule: { ...defaultAlertRule, thresholds: settings.thresholds },
  limitOverrides: settings.limitOverrides,
  notEnabled: subject.notEnabled,
  publish,
  // A write to SQLite costs nothing to speak of.
  rememberSeenEveryMs: 0,
});
