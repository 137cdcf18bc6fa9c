import process from "node:process";
import type { AwsClients } from "../../adapters/aws/clients.ts";
import type { SessionKey } from "../../core/billing/usage-record.ts";
import type { Target } from "../../core/inventory/target.ts";
import { lastAccounts, unreadProblems } from "../../core/jobs/accounts/memory.ts";
import { lastKeptAt } from "../../core/jobs/settle/memory.ts";
import { type Instant, plusMs } from "../../core/kernel/instant.ts";
import type { Problem } from "../../core/kernel/problem.ts";
import type { Documents } from "../../core/ports/documents.ts";
import type { Ledger } from "../../core/ports/ledger.ts";
import type { Registry } from "../../core/ports/registry.ts";
import { type AccountsSettings, accountsSettingsOf } from "../accounts/accounts-settings.ts";
import { trailOf } from "../accounts/compose.ts";
import { type AwsSettings, readAwsSettings } from "../config/aws-settings.ts";
import type { Terminal } from "../terminal.ts";
import type { VerbInput } from "../verb.ts";
import type { TargetCoverage } from "./report-content.ts";

export interface ReportSettings {
  readonly settings: AwsSettings;
  readonly accounts: AccountsSettings;
}

/** Flags and configuration of every verb that reads the ledger, with what is wrong with them. */
export async function readReportSettings(
  options: VerbInput["options"],
  terminal: Terminal,
): Promise<ReportSettings & { readonly problems: string[] }> {
  const { settings, config, problems } = await readAwsSettings(options, terminal);
  const found = [...problems];
  const surroundings = { cwd: terminal.cwd, env: terminal.env, platform: process.platform };
  return { settings, accounts: accountsSettingsOf(config, options, surroundings, found), problems: found };
}

interface CoverageSource {
  readonly registry: Pick<Registry, "load">;
  readonly ledger: Pick<Ledger, "marks">;
  readonly documents: Pick<Documents, "read">;
}

/** How far each target is known. */
export const coverageOf = (
  { registry, ledger, documents }: CoverageSource,
  targets: readonly Target[],
): Promise<readonly TargetCoverage[]> =>
  Promise.all(
    targets.map(async (target) => {
      const accounts = await lastAccounts(documents, target);
      // Marks of places that were left stay where they are.
      const finals = (accounts?.places ?? (await ledger.marks(target))).map(({ finalUntil }) => finalUntil);
      return {
        target,
        health: (await registry.load(target)).health?.level ?? null,
        recordsUntil: finals.length === 0 ? null : finals.reduce(earliest),
        keptAt: await lastKeptAt(documents, target),
        accounts,
      };
    }),
  );

/** What the last passes over the accounts could not read. */
export const unreadIn = (coverage: readonly TargetCoverage[]): readonly Problem[] =>
  coverage.flatMap(({ target, accounts }) => unreadProblems(target, accounts));

/** Null comes before all: what was never read. */
const earliest = (a: Instant | null, b: Instant | null): Instant | null =>
  a === null || b === null ? null : a < b ? a : b;

/** A session starts at most a day before its charges. */
const startsBeforeMs = 24 * 3_600_000;

/** Who started the sessions of a window, where a trail is configured; nobody knows otherwise. */
export async function principalsOf(
  clients: AwsClients,
  accounts: AccountsSettings,
  targets: readonly Target[],
  window: { readonly from: Instant; readonly until: Instant },
  signal: AbortSignal,
): Promise<{ readonly principalOf: (session: SessionKey) => string | null; readonly problems: readonly Problem[] }> {
  const trail = trailOf(clients, accounts);
  if (trail === null) return { principalOf: () => null, problems: [] };
  const known = new Map<string, string>();
  const problems: Problem[] = [];
  for (const target of targets) {
    const found = await trail.read(target, plusMs(window.from, -startsBeforeMs), window.until, signal);
    for (const it of found.principals) known.set(nameOf(it), it.principal);
    problems.push(...found.problems);
  }
  return { principalOf: (session) => known.get(nameOf(session)) ?? null, problems };
}

const nameOf = ({ account, region, interpreter, session }: SessionKey): string =>
  JSON.stringify([account, region, interpreter, session]);
