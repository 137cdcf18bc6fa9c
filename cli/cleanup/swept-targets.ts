import type { AwsClients } from "../../adapters/aws/clients.ts";
import type { Target } from "../../core/inventory/target.ts";
import { targetKey } from "../../core/inventory/target.ts";
import { scan } from "../../core/jobs/scan.ts";
import type { ScanOutcome, TargetScan } from "../../core/jobs/scan-outcome.ts";
import type { SweptTarget } from "../../core/jobs/sweep/sweep-ports.ts";
import type { InterpreterId, SessionId } from "../../core/kernel/ids.ts";
import type { Registry } from "../../core/ports/registry.ts";
import type { AwsSettings } from "../config/aws-settings.ts";
import { scanInputOf, scanPortsOf } from "../scan/compose.ts";
import { scanProgress } from "../scan/progress.ts";
import type { ScanSubject } from "../scan/subject.ts";
import type { Terminal } from "../terminal.ts";

/** One scan, as far as it could be read. Time limits that `watch` has looked up once are not asked for again. */
export async function scanForCleanup(
  clients: AwsClients,
  registry: Pick<Registry, "load">,
  settings: AwsSettings,
  subject: ScanSubject,
  terminal: Terminal,
): Promise<ScanOutcome> {
  const known = await knownTimeouts(registry, subject.targets);
  const progress = scanProgress(terminal);
  try {
    const run = scan(scanPortsOf(clients, progress.tell));
    return await run(subject.now, { ...scanInputOf(settings, subject), knownTimeout: known }, terminal.signal);
  } finally {
    progress.clear();
  }
}

/** What a scan found in a target, for clean-up; null where nothing could be listed. */
export const sweptTargetOf = ({ target, interpreters, sessions, readySessions }: TargetScan): SweptTarget | null =>
  interpreters === null ? null : { target, interpreters, sessions, readySessions };

type KnownTimeout = (target: Target, interpreter: InterpreterId, session: SessionId) => number | null;

async function knownTimeouts(registry: Pick<Registry, "load">, targets: readonly Target[]): Promise<KnownTimeout> {
  const known = new Map<string, number | null>();
  const nameOf = (target: Target, interpreter: string, session: string): string =>
    JSON.stringify([targetKey(target), interpreter, session]);
  for (const target of targets) {
    const { openSessions } = await registry.load(target);
    for (const { interpreter, session, timeoutSeconds } of openSessions) {
      known.set(nameOf(target, interpreter, session), timeoutSeconds);
    }
  }
  return (target, interpreter, session) => known.get(nameOf(target, interpreter, session)) ?? null;
}
