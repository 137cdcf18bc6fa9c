import type { Instant } from "../../../kernel/instant.ts";
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

/** Whether nothing is left of the cap at this moment, which claims nothing. Throws `RegistryError`. */
export async function isCapSpent(documents: Pick<Documents, "read">, cap: StopCap, now: Instant): Promise<boolean> {
  return recentOf((await documents.read(name))?.text, cap, now).length >= cap.maxStops;
}

/**
 * Claims one stop of the cap that all runs and targets share, in one conditional write, before the stop is made: so that however
 * many runs there are, no more are stopped. A claim is not given back: it is for who alone may stop a session, as the intent that is written
 * says. What is not known counts as spent. Throws `RegistryError`.
 */
export async function claimStop(documents: Documents, cap: StopCap, now: Instant): Promise<"claimed" | "spent"> {
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    const document = await documents.read(name);
    const recent = recentOf(document?.text, cap, now);
    if (recent.length >= cap.maxStops) return "spent";
    const text = JSON.stringify([...recent, now]);
    if ((await documents.write(name, { revision: document?.revision ?? 0, text })) === "written") return "claimed";
  }
  return "spent";
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
