import type { Target } from "../../inventory/target.ts";
import type { Instant } from "../../kernel/instant.ts";
import { mapConcurrently } from "../../kernel/map-concurrently.ts";
import type { Problem } from "../../kernel/problem.ts";
import { targetPart } from "../../ports/ledger-key.ts";
import { RegistryError } from "../../ports/registry-error.ts";
import { orTold } from "../accounts/document-problem.ts";
import type { AccountsInput } from "../accounts/ports.ts";
import { type BelievedMarks, believedMarks } from "./clock.ts";
import { findPlaces } from "./locations.ts";
import type { IngestedTarget } from "./outcome.ts";
import { type IngestLimits, type IngestPass, type IngestPorts, knownSessions, type WatchedTarget } from "./pass.ts";
import { readPlaces } from "./place.ts";
import { placesOf } from "./places.ts";
import { ingestedTarget, marksAfter } from "./result.ts";

/** So that a pass ends in time where it may run for fifteen minutes, and the next one goes on. */
const usualLimits: IngestLimits = {
  windowsPerTarget: 3000,
  linesPerTarget: 4_000_000,
  windowsPerTurn: 24,
  rowsHeld: 2_000_000,
};

/**
 * Reads the new usage records of all targets into the accounts of their sessions. Each place is read once, whatever number
 * of interpreters and targets share it. Rejects only when `signal` is aborted, and may be cut off anywhere: the next pass
 * comes to the same accounts.
 */
export const ingest =
  (ports: IngestPorts, limits: IngestLimits = usualLimits) =>
  async (now: Instant, input: AccountsInput, signal: AbortSignal): Promise<readonly IngestedTarget[]> => {
    const targets = await mapConcurrently(input.targets, targetsAtOnce, (target) =>
      prepare(ports, now, input, target, signal),
    );
    const watched = targets.flatMap((target) => ("places" in target ? [target] : []));
    const pass: IngestPass = {
      ports,
      now,
      input,
      limits,
      watched: new Map(watched.map((target) => [targetPart(target.target), target])),
      signal,
    };
    const byReader = Map.groupBy(placesOf(watched), ({ members }) => targetPart(members[0].target));
    const read = await mapConcurrently([...byReader.values()], targetsAtOnce, (places) => readPlaces(pass, places));
    return mapConcurrently(targets, targetsAtOnce, async (target) => {
      if (!("places" in target)) return target;
      const { clock } = target;
      const after = marksAfter(target, read.flat());
      const forgotten = await orTold("Usage records are read again once more", async () => {
        await clock.remember(after);
        return [];
      });
      return ingestedTarget(target, read.flat(), [...clock.problems, ...forgotten]);
    });
  };

interface PreparedTarget extends WatchedTarget {
  readonly clock: BelievedMarks;
}

/** Each target has request budgets of its own; this bounds memory. */
const targetsAtOnce = 8;

async function prepare(
  ports: IngestPorts,
  now: Instant,
  input: AccountsInput,
  target: Target,
  signal: AbortSignal,
): Promise<PreparedTarget | IngestedTarget> {
  ports.onProgress?.({ target, stage: "listing", lines: 0 });
  try {
    const places = await findPlaces(ports, now, target, signal);
    const { live, factsOf } = await knownSessions(ports.registry, now, target);
    const stored = new Map((await ports.ledger.marks(target)).map((mark) => [mark.source, mark]));
    const clock = await believedMarks(ports.documents, now, target, stored);
    const how = live > input.aggregateAbove ? "aggregated" : "rows";
    return { target, places, marks: clock.marks, how, factsOf, clock };
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    const problem: Problem = { code: "StateUnavailable", message: error.message };
    const unknown = { listed: [], located: new Map(), knownPlaces: new Map(), finalUntil: new Map() };
    return { target, status: "failed", ...unknown, sources: [], touched: 0, problems: [problem] };
  }
}
