import type { AwsClients } from "../../adapters/aws/clients.ts";
import type { SessionKey } from "../../core/billing/usage-record.ts";
import type { Target } from "../../core/inventory/target.ts";
import { targetKey } from "../../core/inventory/target.ts";
import type { ScanOutcome, TargetScan } from "../../core/jobs/scan/outcome.ts";
import { scan } from "../../core/jobs/scan/scan.ts";
import type { SweptTarget } from "../../core/jobs/sweep/sweep-ports.ts";
import type { InterpreterId, SessionId } from "../../core/kernel/ids.ts";
import type { Registry } from "../../core/ports/registry.ts";
import type { AwsSettings } from "../config/aws-settings.ts";
import { scanInputOf, scanPortsOf } from "../scan/compose.ts";
import { scanProgress } from "../scan/progress.ts";
import type { ScanSubject } from "../scan/subject.ts";
import type { Terminal } from "../terminal.ts";

/** One scan, as far as it could be read. `look`: sessions whose time limit is not known are looked up one by one. */
export async function scanForCleanup(
  clients: AwsClients,
  settings: AwsSettings,
  subject: ScanSubject,
  timeouts: { readonly known: KnownTimeout; readonly look: boolean },
  terminal: Terminal,
): Promise<ScanOutcome> {
  const progress = scanProgress(terminal);
  const input = scanInputOf(settings, subject);
  try {
    const run = scan(scanPortsOf(clients, progress.tell));
    return await run(
      subject.now,
      { ...input, lookUp: { ...input.lookUp, sessions: timeouts.look }, knownTimeout: timeouts.known },
      terminal.signal,
    );
  } finally {
    progress.clear();
  }
}

/** What a scan found in a target, for clean-up; null where nothing could be listed. */
export const sweptTargetOf = ({ target, interpreters, sessions, readySessions }: TargetScan): SweptTarget | null =>
  interpreters === null ? null : { target, interpreters, sessions, readySessions };

type KnownTimeout = (target: Target, interpreter: InterpreterId, session: SessionId) => number | null;

/** Those that `watch` has looked up, which need not be asked for again. */
export async function watchedTimeouts(
  registry: Pick<Registry, "load">,
  targets: readonly Target[],
): Promise<KnownTimeout> {
  const records = await Promise.all(
    targets.map(async (target) =>
      (await registry.load(target)).openSessions.map((it) => ({ ...it, key: { ...target, ...it } })),
    ),
  );
  return timeoutsOf(records.flat());
}

/** Those that a plan has. */
export function timeoutsOf(
  items: readonly { readonly key: SessionKey; readonly timeoutSeconds: number | null }[],
): KnownTimeout {
  const nameOf = (target: Target, interpreter: string, session: string): string =>
    JSON.stringify([targetKey(target), interpreter, session]);
  const known = new Map(
    items.map(({ key, timeoutSeconds }) => [nameOf(key, key.interpreter, key.session), timeoutSeconds] as const),
  );
  return (target, interpreter, session) => known.get(nameOf(target, interpreter, session)) ?? null;
}
