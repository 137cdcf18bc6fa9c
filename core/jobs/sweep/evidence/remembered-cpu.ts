import { cpuOfStored } from "../../../cleanup/decision/evidence-text.ts";
import type { CpuEvidence, Unknown } from "../../../cleanup/evidence/evidence.ts";
import type { Target } from "../../../inventory/target.ts";
import { type Instant, instant } from "../../../kernel/instant.ts";
import type { Documents } from "../../../ports/documents.ts";
import { targetPart } from "../../../ports/ledger-key.ts";
import { array, at, object, string } from "../../../ports/read-stored.ts";

/** What was seen of a session at an earlier pass. Losing it costs requests, and never a wrong decision. */
export interface Remembered {
  readonly lookedAt: Instant;
  /** Unknown where nothing could ever be seen. */
  readonly cpu: CpuEvidence | Unknown;
}

export interface CpuMemory {
  /** That of the document; 0 was never written. */
  readonly revision: number;
  /** By interpreter and session. */
  readonly bySession: ReadonlyMap<string, Remembered>;
}

/**
 * Two machines, or one clock that is set, differ by a moment: what was seen a moment after `now` was seen by now. Further ahead it is of
 * another clock, and proves nothing; and no record may be of a time after now, whenever it was seen.
 */
export function seenBy(remembered: Remembered | null, now: Instant): Remembered | null {
  if (remembered === null || remembered.cpu.kind === "unknown") return remembered;
  const { cpu, lookedAt } = remembered;
  const aheadMs = cpu.asOf - now;
  return aheadMs > 0 && aheadMs <= stepMs
    ? { lookedAt: instant(Math.min(lookedAt, now)), cpu: { ...cpu, asOf: now } }
    : remembered;
}

/** As for the service's clock: what differs by no more is taken for one clock. */
const stepMs = 2000;

const nameOf = (target: Target): string => `cleanup/seen/${targetPart(target)}`;

export async function readCpuMemory(documents: Documents, target: Target): Promise<CpuMemory> {
  const document = await documents.read(nameOf(target));
  if (document === null) return { revision: 0, bySession: new Map() };
  return { revision: document.revision, bySession: memoryOfText(document.text) };
}

/** A stale write is another run's: what it saw is as good. */
export const writeCpuMemory = (
  documents: Documents,
  target: Target,
  { revision, bySession }: CpuMemory,
): Promise<"written" | "stale"> =>
  documents.write(nameOf(target), {
    revision,
    text: JSON.stringify([...bySession].map(([session, { lookedAt, cpu }]) => ({ session, lookedAt, cpu }))),
  });

/** A damaged document is as good as none. */
function memoryOfText(text: string): ReadonlyMap<string, Remembered> {
  try {
    return new Map(
      array(JSON.parse(text), "seen").map((value, index) => {
        const item = object(value, `seen[${index}]`);
        const cpu = cpuOfStored(item["cpu"], `seen[${index}].cpu`);
        return [string(item["session"], "session"), { lookedAt: at(item["lookedAt"], "lookedAt"), cpu }];
      }),
    );
  } catch (error) {
    if (error instanceof SyntaxError) return new Map();
    throw error;
  }
}
