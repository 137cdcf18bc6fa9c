import type { Attribution } from "../../attribution/attribution.ts";
import { hourOf, rememberedMs, rememberHour } from "../../attribution/principal-pages.ts";
import { type Target, targetKey } from "../../inventory/target.ts";
import { type Instant, instant, plusMs } from "../../kernel/instant.ts";
import type { Problem } from "../../kernel/problem.ts";
import type { Documents } from "../../ports/documents.ts";
import { targetPart } from "../../ports/ledger-key.ts";
import type { FollowTrail, StartedSession } from "../../ports/principals.ts";
import { at } from "../../ports/read-stored.ts";
import type { SpendInput, SpendPorts } from "./ports.ts";
import { storeProblem } from "./problem.ts";

/** A store of objects may show one a moment after the time that it says of it. */
const deliveredAfterMs = 60_000;
// Each time that another run was faster, that run got on.
const mostAttempts = 20;

/** Whether labels depend on who started a session. */
export const asksForPrincipals = ({ rules }: Attribution): boolean =>
  rules.some(({ match }) => match.principal !== null);

export interface FollowedTrail {
  /** Targets of which it is not known who started all sessions. */
  readonly behind: readonly Target[];
  readonly problems: readonly Problem[];
}

/**
 * Remembers who started which session, as the trail has told since the last look: each file is read once, and a place that
 * cannot be read is tried again by the next look from there on.
 */
export async function followTrail(
  { trail, documents, kind }: SpendPorts,
  now: Instant,
  { attribution, targets, backfillMs }: SpendInput,
  signal: AbortSignal,
): Promise<FollowedTrail> {
  if (!asksForPrincipals(attribution)) return { behind: [], problems: [] };
  if (trail === null) return { behind: targets, problems: [noTrail] };
  const first = plusMs(now, -Math.min(backfillMs + kind.maxTimeoutSeconds * 1000, rememberedMs));
  const behind: Target[] = [];
  const problems: Problem[] = [];
  for (const target of targets) {
    const found = await followOne(trail, documents, target, { first, now }, signal);
    if (found.length > 0) behind.push(target);
    problems.push(...found);
  }
  return { behind, problems };
}

async function followOne(
  trail: FollowTrail,
  documents: Documents,
  target: Target,
  { first, now }: { readonly first: Instant; readonly now: Instant },
  signal: AbortSignal,
): Promise<readonly Problem[]> {
  try {
    const mark = await readMark(documents, target);
    const oldest = plusMs(now, -rememberedMs);
    const from = instant(Math.max(oldest, mark ?? first));
    const until = plusMs(now, -deliveredAfterMs);
    if (from >= until) return [];
    const { starts, readUntil, problems } = await trail(target, from, until, signal);
    const isKept = ({ startedAt }: StartedSession): boolean =>
      startedAt > oldest && startedAt <= plusMs(now, 3_600_000);
    const byHour = Map.groupBy(starts.filter(isKept), ({ startedAt }) => hourOf(startedAt));
    // In this order: a run that is killed in between reads the same files again, and what it finds is known then.
    for (const [hour, own] of byHour) await rememberHour(documents, target, hour, own);
    if (readUntil > from || mark === null) await advance(documents, target, readUntil);
    return problems;
  } catch (error) {
    signal.throwIfAborted();
    return [storeProblem(`who started the sessions of ${targetKey(target)}`, error)];
  }
}

const nameOf = (target: Target): string => `trail/${targetPart(target)}`;

async function readMark(documents: Documents, target: Target): Promise<Instant | null> {
  const document = await documents.read(nameOf(target));
  return document === null ? null : markOf(document.text);
}

/** Marks never move back: another run may have read on meanwhile. */
async function advance(documents: Documents, target: Target, readUntil: Instant): Promise<void> {
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    const document = await documents.read(nameOf(target));
    const before = document === null ? null : markOf(document.text);
    if (before !== null && before >= readUntil) return;
    const text = JSON.stringify(readUntil);
    if ((await documents.write(nameOf(target), { revision: document?.revision ?? 0, text })) === "written") return;
  }
}

/** A damaged mark is as good as none: the trail is read again from the usual start. */
function markOf(text: string): Instant | null {
  try {
    return at(JSON.parse(text), "trail");
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

const noTrail: Problem = {
  code: "NoTrail",
  message:
    "Attribution rules match on the principal, but no trail says who started a session: name the place of its files under `trail`, or take `principal` out of the rules. Until then budgets count sessions as those rules leave them.",
};
