import { durationText } from "../../../kernel/duration-text.ts";
import { type Instant, isoOf, plusMs } from "../../../kernel/instant.ts";
import type { Documents } from "../../../ports/documents.ts";
import { array, at } from "../../../ports/read-stored.ts";
import { RegistryError } from "../../../ports/registry-error.ts";

/** How many sessions may be stopped in all targets together within a window. */
export interface StopCap {
  readonly maxStops: number;
  readonly windowMs: number;
}

const name = "cleanup/cap";
// Each time that another run was faster, that run got on.
const mostAttempts = 20;

/** `message` says what the cap allows, and when it allows another stop. */
export type CapAnswer =
  | { readonly kind: "left"; readonly stops: number }
  | { readonly kind: "claimed" }
  | { readonly kind: "spent"; readonly message: string };

/** Whether anything is left of the cap at this moment, once so many more stops are made; claims nothing. Throws `RegistryError`. */
export async function lookAtCap(
  documents: Pick<Documents, "read">,
  cap: StopCap,
  now: Instant,
  more = 0,
): Promise<CapAnswer> {
  const claims = [...recentOf((await documents.read(name))?.text, cap, now), ...Array<Instant>(more).fill(now)];
  const stops = cap.maxStops - claims.length;
  return stops > 0 ? { kind: "left", stops } : spent(cap, claims);
}

/**
 * Claims one stop of the cap that all runs and targets share, in one conditional write, before the stop is made: so that however
 * many runs there are, no more are stopped. A claim is not given back: it is for who alone may stop a session, as the intent that is written
 * says. What is not known counts as spent. Throws `RegistryError`.
 */
export async function claimStop(documents: Documents, cap: StopCap, now: Instant): Promise<CapAnswer> {
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    const document = await documents.read(name);
    const recent = recentOf(document?.text, cap, now);
    if (recent.length >= cap.maxStops) return spent(cap, recent);
    const text = JSON.stringify([...recent, now]);
    if ((await documents.write(name, { revision: document?.revision ?? 0, text })) === "written") {
      return { kind: "claimed" };
    }
  }
  const message = `${mostAttempts} times in a row another run claimed a stop of cleanup.cap first: try again.`;
  return { kind: "spent", message };
}

function spent({ maxStops, windowMs }: StopCap, claims: readonly Instant[]): CapAnswer {
  // It is not spent any more once fewer than it allows are left within the window.
  const lapses = claims.toSorted((a, b) => a - b)[claims.length - maxStops];
  if (lapses === undefined) return { kind: "spent", message: "cleanup.cap allows no stop at all." };
  const allowed = `${maxStops} ${maxStops === 1 ? "stop" : "stops"} in ${durationText(windowMs)}`;
  const made = maxStops === 1 ? "it has been made" : "they have been made";
  const freeAt = isoOf(plusMs(lapses, windowMs));
  const message = `cleanup.cap allows ${allowed}, all targets together, and ${made}: the next can be made from ${freeAt} on.`;
  return { kind: "spent", message };
}

/** A claim that lies ahead is one of a clock that was wrong: it counts. */
const recentOf = (text: string | undefined, { windowMs }: StopCap, now: Instant): readonly Instant[] =>
  (text === undefined ? [] : claimsOf(text)).filter((claimedAt) => claimedAt > now - windowMs);

function claimsOf(text: string): readonly Instant[] {
  try {
    return array(JSON.parse(text), "claims").map((value, index) => at(value, `claims[${index}]`));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new RegistryError(
      "corrupt",
      `The count of stops in the state is damaged (${error.message}), so nothing is stopped: take the document ${name} out of the state, or restore it.`,
      { cause: error },
    );
  }
}
