import type { Span } from "../../../cleanup/evidence/evidence.ts";
import type { Target } from "../../../inventory/target.ts";
import { type Instant, instant } from "../../../kernel/instant.ts";
import type { Documents } from "../../../ports/documents.ts";
import { targetPart } from "../../../ports/ledger-key.ts";
import { array, at, object, oneOf, string } from "../../../ports/read-stored.ts";
import { RegistryError } from "../../../ports/registry-error.ts";
import { keptStopMs } from "../../../ports/stops.ts";

/** A stop that was told as regretted. It stays one, whatever is known later of how often names come back. */
export interface StoredRegret {
  /** Of the stop's record. */
  readonly id: string;
  readonly how: "worked" | "called" | "returned";
  readonly intendedAt: Instant;
}

/** What was ever judged of a target's stops. */
export interface StoredRegrets {
  /** Stops of these times were judged, their time being over; in order, disjoint. */
  readonly judged: readonly Span[];
  readonly regrets: readonly StoredRegret[];
}

const nameOf = (target: Target): string => `cleanup/regrets/${targetPart(target)}`;
// Each time that another run was faster, that run got on.
const mostAttempts = 20;

/** Throws `RegistryError`, also where it is damaged: nothing is not what was regretted then. */
export async function readRegrets(documents: Pick<Documents, "read">, target: Target): Promise<StoredRegrets> {
  return regretsOf((await documents.read(nameOf(target)))?.text ?? null, target);
}

/** Adds what a pass judged; writes nothing where that was known. Kept as long as the stops. Throws `RegistryError`. */
export async function rememberRegrets(
  documents: Documents,
  target: Target,
  { judged, regrets }: { readonly judged: Span; readonly regrets: readonly StoredRegret[] },
  now: Instant,
): Promise<void> {
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    const document = await documents.read(nameOf(target));
    const before = regretsOf(document?.text ?? null, target);
    const known = new Set(before.regrets.map(({ id }) => id));
    const added = regrets.filter(({ id }) => !known.has(id));
    const since = instant(Math.max(0, now - keptStopMs));
    const after: StoredRegrets = {
      judged: joined([...before.judged, judged]).filter(({ until }) => until > since),
      regrets: [...before.regrets, ...added].filter(({ intendedAt }) => intendedAt >= since),
    };
    if (JSON.stringify(after) === JSON.stringify(before)) return;
    const written = { revision: document?.revision ?? 0, text: JSON.stringify(after) };
    if ((await documents.write(nameOf(target), written)) === "written") return;
  }
  throw new RegistryError(
    "busy",
    `Regrets were not remembered: ${mostAttempts} times in a row another run changed them meanwhile.`,
  );
}

function joined(spans: readonly Span[]): readonly Span[] {
  const found: Span[] = [];
  for (const span of spans.filter(({ from, until }) => from < until).toSorted((a, b) => a.from - b.from)) {
    const last = found.at(-1);
    if (last === undefined || last.until < span.from) found.push(span);
    else found[found.length - 1] = { from: last.from, until: instant(Math.max(last.until, span.until)) };
  }
  return found;
}

function regretsOf(text: string | null, target: Target): StoredRegrets {
  if (text === null) return { judged: [], regrets: [] };
  try {
    const item = object(JSON.parse(text), "regrets");
    return {
      judged: array(item["judged"], "judged").map((value, index) => {
        const span = object(value, `judged[${index}]`);
        return { from: at(span["from"], "from"), until: at(span["until"], "until") };
      }),
      regrets: array(item["regrets"], "regrets").map((value, index) => {
        const regret = object(value, `regrets[${index}]`);
        return {
          id: string(regret["id"], "id"),
          how: oneOf(["worked", "called", "returned"])(regret["how"], "how"),
          intendedAt: at(regret["intendedAt"], "intendedAt"),
        };
      }),
    };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new RegistryError(
      "corrupt",
      `What was regretted is damaged in the state (${error.message}): take the document ${nameOf(target)} out of it, or restore it.`,
      { cause: error },
    );
  }
}
