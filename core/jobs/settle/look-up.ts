import type { SessionDetail } from "../../inventory/session.ts";
import type { Target } from "../../inventory/target.ts";
import { type Instant, plusMs } from "../../kernel/instant.ts";
import { mapConcurrently } from "../../kernel/map-concurrently.ts";
import type { Problem } from "../../kernel/problem.ts";
import type { LedgerSession } from "../../ports/ledger.ts";
import type { AccountsPorts } from "../accounts/ports.ts";
import type { Candidate } from "./candidates.ts";
import { putAll } from "./close-sessions.ts";
import { wouldSettle } from "./end.ts";
import type { SessionLife } from "./life.ts";
import { patienceMs, type ReadSources } from "./source.ts";

export interface LookedUp {
  /** All candidates, those that were looked up with what was learned of their life. */
  readonly candidates: readonly Candidate[];
  /** Those that wait for a look-up that failed, or whose turn has not come. */
  readonly waiting: ReadonlySet<Candidate>;
  /** Those that live although no listing had them. */
  readonly alive: readonly Candidate[];
  readonly problems: readonly Problem[];
}

/** Each costs a request of a quota that production uses too. */
const lookUpsAtMost = 200;
const lookUpsAtOnce = 4;
/** Who is refused so often is refused the rest too. */
const failuresAtMost = 3;

/**
 * Looks up, once in its life, each session that the registry never saw: one too short to be listed. It is asked for when
 * the answer is the last thing that its bill waits for, and closing the bill remembers it.
 */
export async function lookUpUnseen(
  { sandboxes }: Pick<AccountsPorts, "sandboxes">,
  now: Instant,
  target: Target,
  candidates: readonly Candidate[],
  sources: ReadSources,
  signal: AbortSignal,
): Promise<LookedUp> {
  const wanted = candidates
    .filter((candidate) => isUnseen(candidate) && wouldSettle(candidate, sources, now))
    .filter((candidate) => now - lastKnownAt(candidate, now) < patienceMs)
    .toSorted((a, b) => lastKnownAt(a, now) - lastKnownAt(b, now));
  const problems: Problem[] = [];
  const answers = await mapConcurrently(wanted.slice(0, lookUpsAtMost), lookUpsAtOnce, async (candidate) => {
    if (problems.length >= failuresAtMost) return [candidate, null] as const;
    const { interpreter, session } = candidate.key;
    const answer = await sandboxes.getSession(target, interpreter, session, signal);
    if (answer.kind === "failed") problems.push(answer.problem);
    const life = answer.kind === "failed" ? null : learned(candidate, answer.kind === "gone" ? null : answer.value);
    return [candidate, life] as const;
  });
  const lives = new Map(answers);
  const after = new Map(
    wanted.map((candidate) => {
      const life = lives.get(candidate) ?? null;
      return [candidate, life === null ? candidate : { ...candidate, life }] as const;
    }),
  );
  return {
    candidates: candidates.map((candidate) => after.get(candidate) ?? candidate),
    waiting: new Set(wanted.filter((candidate) => (lives.get(candidate) ?? null) === null)),
    alive: [...after.values()].filter(isAlive),
    problems,
  };
}

/** Neither a pass of the scan nor a look-up has said when it began, or, where there is nothing but that, how long it may live. */
const isUnseen = ({ stored, record, life, lastRecordAt }: Candidate): boolean =>
  record === null &&
  stored?.state === "open" &&
  (lastRecordAt === null ? life.timeoutAt === null : life.createdAt === null);

const lastKnownAt = ({ lastRecordAt, stored }: Candidate, now: Instant): Instant =>
  lastRecordAt ?? stored?.bill.asOf ?? now;

/** `null`: the service does not know the session any more. */
function learned({ life, lastRecordAt }: Candidate, detail: SessionDetail | null): SessionLife {
  const createdAt = life.createdAt ?? detail?.createdAt ?? null;
  const seconds = detail?.timeoutSeconds ?? null;
  const hasEnded = detail === null || detail.status === "TERMINATED";
  return {
    ...life,
    name: life.name ?? detail?.name ?? null,
    createdAt,
    timeoutAt: createdAt === null || seconds === null ? life.timeoutAt : plusMs(createdAt, seconds * 1000),
    // It does not say when: the last record does.
    ended: hasEnded && lastRecordAt !== null ? { at: lastRecordAt, source: "get" } : life.ended,
  };
}

const isAlive = ({ life, lastRecordAt }: Candidate): boolean =>
  lastRecordAt !== null && life.ended === null && life.createdAt !== null;

/** Writes down what was learned of sessions that live, so that it is asked for once. */
export async function rememberLives(
  ports: Pick<AccountsPorts, "ledger">,
  candidates: readonly Candidate[],
): Promise<void> {
  const stored = await ports.ledger.sessions(candidates.map(({ key }) => key));
  const known = candidates.flatMap(({ life }, index): readonly LedgerSession[] => {
    const session = stored[index] ?? null;
    if (session?.state !== "open") return [];
    const { name, createdAt, timeoutAt } = life;
    return [{ ...session, bill: { ...session.bill, name, createdAt }, timeoutAt }];
  });
  await putAll(ports, known);
}
