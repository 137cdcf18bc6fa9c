import type { NotDisarmed } from "../../../cleanup/cleanup-events.ts";
import type { Unknown } from "../../../cleanup/evidence/evidence.ts";
import { judgeRegret, type PolicyRegret, type RegretFacts, type RegretLimits } from "../../../cleanup/regret/regret.ts";
import { sessionPlaceOf } from "../../../cleanup/regret/regret-returns.ts";
import type { Bar } from "../../../cleanup/stop/switch-standing.ts";
import { type Target, targetKey } from "../../../inventory/target.ts";
import { type Instant, instant, plusMs } from "../../../kernel/instant.ts";
import type { Problem } from "../../../kernel/problem.ts";
import type { ReadRefusedCalls, RefusedCalls } from "../../../ports/activity.ts";
import type { Documents } from "../../../ports/documents.ts";
import type { KillSwitch, KillSwitchStore, SwitchSetting } from "../../../ports/kill-switch.ts";
import type { Registry } from "../../../ports/registry.ts";
import { RegistryError } from "../../../ports/registry-error.ts";
import type { StopRecords } from "../../../ports/stops.ts";
import { rememberRegrets } from "./stored-regrets.ts";
import { rememberVerdict, verdictOn } from "./stored-verdict.ts";

export interface RegretPorts {
  readonly registry: Pick<Registry, "load" | "goneSince">;
  readonly records: Pick<StopRecords, "between">;
  readonly readRefusedCalls: ReadRefusedCalls;
  readonly writeSwitch: KillSwitchStore["write"];
  readonly documents: Documents;
}

interface RegretPass {
  readonly regrets: PolicyRegret["regrets"];
  /** How the switch is now: disarmed where a policy was regretted too often, and it could be turned. */
  readonly killSwitch: KillSwitch;
  readonly notDisarmed: NotDisarmed | null;
  /** Why nothing is stopped although the switch is armed. */
  readonly barred: Bar | null;
  /** False where a policy was regretted too often, and where nobody could see whether one was. */
  readonly mayStop: boolean;
  readonly problems: readonly Problem[];
}

const hourMs = 3_600_000;
/** Stops that are older than a session lives were judged long ago. */
const judgedMs = 24 * hourMs;
/** Clocks of two machines may differ by so much. */
const clockSkewMs = 60_000;

/**
 * Looks what came after the stops since the switch was armed, and disarms it where a policy was regretted too often. Whoever arms it again has
 * seen that, so that what lies before counts no more. Where it cannot be turned, the verdict is remembered, and bars stops as the switch
 * would. Throws only when `signal` is aborted.
 */
export async function regretPass(
  ports: RegretPorts,
  now: Instant,
  limits: RegretLimits,
  targets: readonly Target[],
  killSwitch: KillSwitch,
  signal: AbortSignal,
): Promise<RegretPass> {
  const since = instant(Math.max(armedAtOf(killSwitch, now), now - judgedMs));
  const facts: RegretFacts[] = [];
  let earlier: Bar | null;
  try {
    earlier = await verdictOn(ports.documents, killSwitch);
    for (const target of targets) facts.push(await factsOf(ports, now, target, since, signal));
  } catch (error) {
    const { message } = stateProblem(error);
    const why = `Whether stops were regretted could not be judged, so none is made in this pass. ${message}`;
    const problems = [{ code: "StateUnavailable", message: why }];
    return { regrets: [], killSwitch, mayStop: false, barred: { why, at: now }, notDisarmed: null, problems };
  }
  const judged = judgeRegret(togetherOf(facts), limits, now);
  const regrets = judged.flatMap((policy) => policy.regrets);
  const unremembered = await rememberAll(ports, now, since, limits, facts, regrets);
  const verdict = earlier ?? verdictOf(judged, now);
  if (verdict === null || killSwitch.state !== "armed") {
    return { regrets, killSwitch, mayStop: true, barred: null, notDisarmed: null, problems: unremembered };
  }
  const { problems, ...disarmed } = await disarm(ports, now, killSwitch, verdict, signal);
  return { regrets, mayStop: false, ...disarmed, problems: [...unremembered, ...problems] };
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

function verdictOf(judged: readonly PolicyRegret[], now: Instant): Bar | null {
  const bad = judged.filter(({ verdict }) => verdict === "disarm");
  if (bad.length === 0) return null;
  const told = bad.map((it) => `${it.regrets.length} of ${it.judged} stops of policy ${it.policy} were regretted`);
  return { why: told.join("; "), at: now };
}

/** Remembers first: a run that is killed in between, or may not turn the switch, lets no other stop anything. */
async function disarm(
  { documents, writeSwitch }: Pick<RegretPorts, "documents" | "writeSwitch">,
  now: Instant,
  armed: SwitchSetting,
  verdict: Bar,
  signal: AbortSignal,
): Promise<Omit<RegretPass, "regrets" | "mayStop">> {
  const problems: Problem[] = [];
  try {
    await rememberVerdict(documents, armed, verdict);
  } catch (error) {
    problems.push(stateProblem(error));
  }
  const position = { state: "disarmed" as const, by: "sandmeter", why: verdict.why, at: now, settingId: null };
  const problem = await writeSwitch(position, signal);
  if (problem === null) return { killSwitch: position, barred: null, notDisarmed: null, problems };
  const message = `Stopping could not be disarmed, though ${verdict.why}: until somebody arms it anew, nothing is stopped by what shares this state. ${problem.message}`;
  return {
    killSwitch: armed,
    barred: verdict,
    notDisarmed: { armedAt: armed.at, why: verdict.why, problem },
    problems: [...problems, { ...problem, message }],
  };
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
