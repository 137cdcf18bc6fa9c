import { createHash } from "node:crypto";
import { userInfo } from "node:os";
import { type AwsClients, awsClients } from "../../adapters/aws/clients.ts";
import { awsInterpreterCalls } from "../../adapters/aws/interpreter-calls.ts";
import { awsKillSwitch } from "../../adapters/aws/kill-switch.ts";
import { awsSandboxReader } from "../../adapters/aws/sandbox-reader.ts";
import { serviceTime } from "../../adapters/aws/service-time.ts";
import { awsSessionCalls } from "../../adapters/aws/session-calls.ts";
import { awsStopSession } from "../../adapters/aws/stop-session.ts";
import type { CleanupSettings } from "../../adapters/config/cleanup-of.ts";
import { patternOf } from "../../adapters/config/policy-match-schema.ts";
import { withRenamed } from "../../core/cleanup/regret/verdict.ts";
import type { SwitchStanding } from "../../core/cleanup/stop/switch-standing.ts";
import { sessionCpu } from "../../core/jobs/sweep/evidence/session-cpu.ts";
import { standingOf } from "../../core/jobs/sweep/regret/stored-verdict.ts";
import { storedKillSwitch } from "../../core/jobs/sweep/stored/stored-kill-switch.ts";
import { readMadeProtections } from "../../core/jobs/sweep/stored/stored-protections.ts";
import type { SweepInput, SweepPorts } from "../../core/jobs/sweep/sweep-ports.ts";
import type { Documents } from "../../core/ports/documents.ts";
import type { KillSwitchStore } from "../../core/ports/kill-switch.ts";
import type { PoliciesRead } from "../../core/ports/policies.ts";
import type { StopSession } from "../../core/ports/stops.ts";
import { usageSourceOf } from "../accounts/compose.ts";
import type { Stores } from "../accounts/stores.ts";
import type { AwsSettings } from "../config/aws-settings.ts";
import { systemClock } from "../system-clock.ts";
import type { Terminal } from "../terminal.ts";
import { productVersion } from "../version.ts";
import type { CleanupInput } from "./cleanup-input.ts";
import type { CleanupRead } from "./read-anew.ts";

type Kept = Pick<Stores, "documents" | "stopRecords">;

/** The sweep's ports on AWS, by the service's time. What nobody asked to stop anything has no way to: `stopSession` is `stopsNothing` then. */
export const sweepPortsOf = (
  clients: AwsClients,
  stores: Kept,
  { accounts, cleanup, runaway, readAnew }: Pick<CleanupInput, "accounts" | "cleanup" | "runaway" | "readAnew">,
  stopSession: StopSession,
): SweepPorts => {
  const { documents, stopRecords } = stores;
  const { idleVcpu, gb } = accounts.meter;
  return {
    clock: serviceTime(clients, systemClock),
    documents,
    records: stopRecords,
    stopSession,
    readSwitch: killSwitchOf(clients, documents, cleanup).read,
    getSession: awsSandboxReader(clients).getSession,
    sha256,
    ...(readAnew === null ? {} : { readPolicies: async () => policiesOf(await readAnew()) }),
    readProtections: () => readMadeProtections(documents, patternOf),
    readInterpreterCalls: awsInterpreterCalls(clients),
    readSessionCalls: awsSessionCalls(clients),
    readSessionCpu: sessionCpu(
      { usage: usageSourceOf(clients, accounts), documents },
      { idleVcpu, hotVcpu: runaway.hotVcpu, gb },
    ),
  };
};

const policiesOf = (read: CleanupRead): PoliciesRead =>
  read.kind === "read" ? { kind: "read", policies: read.part.policies } : read;

/** What is barred is asked before each stop again: whoever knows it beforehand plans by it. */
export const sweepInputOf = (
  { accounts, cleanup, policies }: CleanupInput,
  act: boolean,
  barred: SweepInput["barred"] = [],
): SweepInput => ({
  policies,
  barred,
  invocationStamp: policies.invocationStamp,
  idleVcpu: accounts.meter.idleVcpu,
  cap: cleanup.cap,
  planLifetimeMs: cleanup.planLifetimeMs,
  looksAtMost: cleanup.looksAtMost,
  act,
});

/** In the parameter that the configuration names, else beside the state. */
export const killSwitchOf = (
  clients: AwsClients,
  documents: Documents,
  { switch: place }: Pick<CleanupSettings, "switch">,
): KillSwitchStore =>
  place === null ? storedKillSwitch(documents) : awsKillSwitch(clients, place.region, place.parameter);

/** The switch as it stands: how it was set, and whether stops that were regretted bar it. */
export const standingIn = (
  clients: AwsClients,
  { documents }: Pick<Stores, "documents">,
  cleanup: Pick<CleanupSettings, "switch">,
  signal: AbortSignal,
): Promise<SwitchStanding> => standingOf(documents, killSwitchOf(clients, documents, cleanup).read, signal);

/** The same for the policies of this moment: one that was barred under another id is so under its new one. */
export const withRenamedIn = (standing: SwitchStanding, { policies }: CleanupInput["policies"]): SwitchStanding => ({
  ...standing,
  policies: withRenamed(standing.policies, policies),
});

export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** For verbs that only look: whatever went wrong before, no request goes out. */
export const stopsNothing: StopSession = async () => ({
  kind: "refused",
  problem: {
    code: "ReadOnly",
    message: "This run only looks: it stops nothing.",
    operation: "StopCodeInterpreterSession",
  },
});

/** Who stops sessions: the profile or the role of `cleanup.stopper`, else the caller. */
export function stopperOf(
  clients: AwsClients,
  settings: AwsSettings,
  { stopper }: Pick<CleanupSettings, "stopper">,
): { readonly stopSession: StopSession; readonly close: () => void } {
  if (stopper === null) return { stopSession: awsStopSession(clients), close: () => undefined };
  const profile = stopper.kind === "profile" ? stopper.profile : settings.profile;
  const own = awsClients({
    version: productVersion(),
    ...(profile === null ? {} : { profile }),
    ...(stopper.kind === "role" ? { roleArn: stopper.roleArn } : {}),
    requestsPerSecond: settings.requestsPerSecond,
    rateShare: settings.rateShare,
  });
  return { stopSession: awsStopSession(own), close: own.close };
}

/** Who sits here, for whoever asks later who it was. */
export function userOf({ env }: Pick<Terminal, "env">): string {
  const named = env["USER"] || env["LOGNAME"] || env["USERNAME"];
  return named || userInfo().username;
}
