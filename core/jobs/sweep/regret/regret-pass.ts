import type { Unknown } from "../../../cleanup/evidence/evidence.ts";
import type { Policy } from "../../../cleanup/policy/policy.ts";
import { judgeRegret, type PolicyRegret, type RegretFacts, type RegretLimits } from "../../../cleanup/regret/regret.ts";
import { sessionPlaceOf } from "../../../cleanup/regret/regret-returns.ts";
import { nothingRegretted, type RegretVerdict, verdictOf } from "../../../cleanup/regret/verdict.ts";
import { type Target, targetKey } from "../../../inventory/target.ts";
import { type Instant, instant, plusMs } from "../../../kernel/instant.ts";
import type { Problem } from "../../../kernel/problem.ts";
import type { ReadRefusedCalls, RefusedCalls } from "../../../ports/activity.ts";
import type { Documents } from "../../../ports/documents.ts";
import type { KillSwitch, KillSwitchStore } from "../../../ports/kill-switch.ts";
import type { Registry } from "../../../ports/registry.ts";
import { RegistryError } from "../../../ports/registry-error.ts";
import type { StopRecords } from "../../../ports/stops.ts";
import { type Barred, barRegretted } from "./bar-regretted.ts";
import { rememberRegrets } from "./stored-regrets.ts";
import { rememberedVerdict } from "./stored-verdict.ts";

export interface RegretPorts {
  readonly registry: Pick<Registry, "load" | "goneSince">;
  readonly records: Pick<StopRecords, "between">;
  readonly readRefusedCalls: ReadRefusedCalls;
  readonly writeSwitch: KillSwitchStore["write"];
  readonly documents: Documents;
}

export interface RegretInput {
  readonly regret: RegretLimits;
  readonly policies: { readonly policies: readonly Policy[] };
}

interface RegretPass extends Barred {
  readonly regrets: PolicyRegret["regrets"];
}

const hourMs = 3_600_000;
/** Stops that are older than a session lives were judged long ago. */
const judgedMs = 24 * hourMs;
/** Clocks of two machines may differ by so much. */
const clockSkewMs = 60_000;

/**
 * Looks what came after the stops since the switch was armed, and bars each policy that was regretted too often; where those are most of them,
 * it turns the switch off. Whoever arms it again has seen that, so that what lies before counts no more. Where it cannot be turned, the
 * verdict is remembered, and bars stops as the switch would. Throws only when `signal` is aborted.
 */
export async function regretPass(
  ports: RegretPorts,
  now: Instant,
  { regret: limits, policies: { policies } }: RegretInput,
  targets: readonly Target[],
  killSwitch: KillSwitch,
  signal: AbortSignal,
): Promise<RegretPass> {
  const since = instant(Math.max(armedAtOf(killSwitch, now), now - judgedMs));
  const facts: RegretFacts[] = [];
  let earlier: RegretVerdict;
  try {
    earlier = await rememberedVerdict(ports.documents, killSwitch);
    for (const target of targets) facts.push(await factsOf(ports, now, target, since, signal));
  } catch (error) {
    const { message } = stateProblem(error);
    const why = `Whether stops were regretted could not be judged, so none is made in this pass. ${message}`;
    const problems = [{ code: "StateUnavailable", message: why }];
    const barred = { why, at: now };
    return { regrets: [], killSwitch, mayStop: false, barred, policies: [], notDisarmed: null, problems };
  }
  const judged = judgeRegret(togetherOf(facts), limits, now);
  const regrets = judged.flatMap((policy) => policy.regrets);
  const unremembered = await rememberAll(ports, now, since, limits, facts, regrets);
  if (killSwitch.state !== "armed") {
    return { regrets, killSwitch, ...nothingRegretted, mayStop: true, notDisarmed: null, problems: unremembered };
  }
  const verdict = verdictOf(judged, earlier, policies, now);
  const { problems, ...barred } = await barRegretted(ports, now, killSwitch, verdict, signal);
  return { regrets, ...barred, problems: [...unremembered, ...problems] };
}

/** One that lies ahead is of a clock that was wrong: it puts off no judgement. */
const armedAtOf = (position: KillSwitch, now: Instant): number =>
  position.state === "armed" && position.at !== null && position.at <= now + clockSkewMs ? position.at : 0;

/** For as long as the stops themselves are kept: what they saved is less what was regretted. */
async function rememberAll(
  { documents }: Pick<RegretPorts, "documents">,
  now: Instant,
  since: Instant,
  { withinMs }: RegretLimits,
  facts: readonly RegretFacts[],
  regrets: PolicyRegret["regrets"],
): Promise<readonly Problem[]> {
  const judged = { from: since, until: plusMs(now, 1 - withinMs) };
  const byTarget = Map.groupBy(regrets, ({ stop }) => targetKey(stop.key));
  try {
    for (const { stops } of facts) {
      const target = stops[0]?.key;
      if (target === undefined) continue;
      const own = (byTarget.get(targetKey(target)) ?? []).map(({ stop: { id, intendedAt }, how }) => ({
        id,
        how,
        intendedAt,
      }));
      await rememberRegrets(documents, target, { judged, regrets: own }, now);
    }
    return [];
  } catch (error) {
    return [stateProblem(error)];
  }
}

function stateProblem(error: unknown): Problem {
  if (!(error instanceof RegistryError)) throw error;
  return { code: "StateUnavailable", message: error.message };
}

/** Of all targets: a policy that is regretted a little in each Region is regretted. */
const togetherOf = (facts: readonly RegretFacts[]): RegretFacts => ({
  stops: facts.flatMap(({ stops }) => stops),
  sessions: facts.flatMap(({ sessions }) => sessions),
  callsAfter: new Map(facts.flatMap(({ callsAfter }) => [...callsAfter])),
});

async function factsOf(
  { registry, records, readRefusedCalls }: RegretPorts,
  now: Instant,
  target: Target,
  since: Instant,
  signal: AbortSignal,
): Promise<RegretFacts> {
  const stops = (await records.between(target, since, plusMs(now, hourMs))).filter(
    ({ state, override }) => state === "stopped" && override === null,
  );
  if (stops.length === 0) return { stops, sessions: [], callsAfter: new Map() };
  const { openSessions } = await registry.load(target);
  const gone = await registry.goneSince(target, plusMs(now, -judgedMs));
  const callsAfter = new Map<string, RefusedCalls | Unknown>();
  for (const [interpreter, own] of Map.groupBy(stops, ({ key }) => key.interpreter)) {
    const asked = own.map(({ key, intendedAt }) => ({ session: key.session, stoppedAt: intendedAt }));
    for (const [session, calls] of await readRefusedCalls(target, interpreter, asked, now, signal)) {
      callsAfter.set(sessionPlaceOf({ ...target, interpreter, session }), calls);
    }
  }
  return { stops, sessions: [...openSessions, ...gone].map((session) => ({ ...session, ...target })), callsAfter };
}
