import type { AwsClients } from "../../adapters/aws/clients.ts";
import { codeInterpreterKind } from "../../adapters/aws/code-interpreter-kind.ts";
import { awsListEndedSessions } from "../../adapters/aws/ended-sessions.ts";
import { awsSendEvents } from "../../adapters/aws/events.ts";
import { awsInterpreterUsage } from "../../adapters/aws/interpreter-usage.ts";
import { awsSandboxReader } from "../../adapters/aws/sandbox-reader.ts";
import { awsReadTags } from "../../adapters/aws/tags.ts";
import { awsUsageSource } from "../../adapters/aws/usage-source.ts";
import { bucketTrail, folderTrail } from "../../adapters/files/trail.ts";
import { bucketUsageSource, folderUsageSource } from "../../adapters/files/usage-source.ts";
import type { AccountsInput, AccountsPorts } from "../../core/jobs/accounts/ports.ts";
import { routeUsage } from "../../core/jobs/ingest/route-usage.ts";
import type { Trail } from "../../core/ports/principals.ts";
import type { UsageSource } from "../../core/ports/usage-source.ts";
import type { AwsSettings } from "../config/aws-settings.ts";
import type { ScanSubject } from "../scan/subject.ts";
import type { AccountsSettings } from "./accounts-settings.ts";
import { placeText, type Stores } from "./stores.ts";

/** The accounts job on AWS, its events sent in one Region. */
export const accountsPortsOf = (
  clients: AwsClients,
  stores: Pick<Stores, "registry" | "ledger" | "history" | "documents">,
  settings: Pick<AccountsSettings, "usageFrom" | "logGroup" | "trail">,
  publishRegion: string,
  onProgress?: AccountsPorts["onProgress"],
): AccountsPorts => ({
  sandboxes: awsSandboxReader(clients),
  listEndedSessions: awsListEndedSessions(clients),
  readTags: awsReadTags(clients),
  readInterpreterUsage: awsInterpreterUsage(clients),
  kind: codeInterpreterKind,
  usage: usageSourceOf(clients, settings),
  registry: stores.registry,
  ledger: stores.ledger,
  history: stores.history,
  documents: stores.documents,
  trail: trailOf(clients, settings)?.follow ?? null,
  sendEvents: awsSendEvents(clients, publishRegion),
  ...(onProgress === undefined ? {} : { onProgress }),
});

/** Usage records from where the user says, else from wherever the account's deliveries go. */
export function usageSourceOf(
  clients: AwsClients,
  { usageFrom, logGroup }: Pick<AccountsSettings, "usageFrom" | "logGroup">,
): UsageSource {
  if (usageFrom?.kind === "folder") return folderUsageSource(usageFrom.folder);
  if (usageFrom?.kind === "bucket") return bucketUsageSource(clients.s3, placeText(usageFrom));
  const logs = awsUsageSource(clients, { logGroup });
  return routeUsage(logs.locate, {
    "log-group": logs.read,
    bucket: bucketUsageSource(clients.s3, null).read,
    folder: folderUsageSource(null).read,
  });
}

/** Where the user says that data events are; null where they are nowhere. */
export function trailOf(clients: AwsClients, { trail }: Pick<AccountsSettings, "trail">): Trail | null {
  if (trail === null) return null;
  return trail.kind === "folder" ? folderTrail(trail.folder) : bucketTrail(clients.s3, placeText(trail));
}

export const accountsInputOf = (
  settings: Pick<AwsSettings, "prices">,
  accounts: Pick<AccountsSettings, "meter" | "attribution" | "budgets" | "backfillMs" | "aggregateAbove">,
  subject: Pick<ScanSubject, "targets" | "notEnabled">,
  publish: boolean,
): AccountsInput => ({
  targets: subject.targets,
  notEnabled: subject.notEnabled,
  prices: settings.prices,
  meter: accounts.meter,
  attribution: accounts.attribution,
  budgets: accounts.budgets,
  publish,
  backfillMs: accounts.backfillMs,
  aggregateAbove: accounts.aggregateAbove,
});
