import type { NotDisarmed } from "../../../cleanup/cleanup-events.ts";
import type { RegretVerdict } from "../../../cleanup/regret/verdict.ts";
import type { Bar } from "../../../cleanup/stop/switch-standing.ts";
import type { Instant } from "../../../kernel/instant.ts";
import type { Problem } from "../../../kernel/problem.ts";
import type { Documents } from "../../../ports/documents.ts";
import type { KillSwitch, KillSwitchStore, SwitchSetting } from "../../../ports/kill-switch.ts";
import { RegistryError } from "../../../ports/registry-error.ts";
import { rememberVerdict } from "./stored-verdict.ts";

interface BarPorts {
  readonly documents: Documents;
  readonly writeSwitch: KillSwitchStore["write"];
}

/** `barred`: why nothing is stopped although the switch is armed; `policies`: those that stop nothing while others do. */
export interface Barred extends RegretVerdict {
  /** How the switch is now: disarmed where most policies were regretted too often, and it could be turned. */
  readonly killSwitch: KillSwitch;
  readonly notDisarmed: NotDisarmed | null;
  /** False where nothing at all may be stopped in this pass, however the switch was set. */
  readonly mayStop: boolean;
  readonly problems: readonly Problem[];
}

/**
 * Keeps what was regretted too often, and turns the switch off where all stopping is to end. It is kept first: a run that is killed in between, or
 * may not turn the switch, lets no other stop what is barred. Throws only when `signal` is aborted.
 */
export async function barRegretted(
  ports: BarPorts,
  now: Instant,
  armed: SwitchSetting,
  found: RegretVerdict,
  signal: AbortSignal,
): Promise<Barred> {
  const { verdict, problems } = await kept(ports, armed, found);
  const { barred, policies } = verdict;
  if (barred !== null) {
    const { problems: more, ...disarmed } = await disarm(ports, now, armed, barred, signal);
    return { ...disarmed, policies, mayStop: false, problems: [...problems, ...more] };
  }
  const [problem] = problems;
  // Whoever shares the state knows nothing of it yet: the next pass judges again.
  const why = `Which policies were regretted could not be kept, so nothing is stopped in this pass. ${problem?.message ?? ""}`;
  return {
    killSwitch: armed,
    barred: problem === undefined ? null : { why, at: now },
    policies,
    notDisarmed: null,
    mayStop: problem === undefined,
    problems,
  };
}

async function kept(
  { documents }: Pick<BarPorts, "documents">,
  armed: SwitchSetting,
  verdict: RegretVerdict,
): Promise<{ readonly verdict: RegretVerdict; readonly problems: readonly Problem[] }> {
  if (verdict.barred === null && verdict.policies.length === 0) return { verdict, problems: [] };
  try {
    return { verdict: await rememberVerdict(documents, armed, verdict), problems: [] };
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    return { verdict, problems: [{ code: "StateUnavailable", message: error.message }] };
  }
}

async function disarm(
  { writeSwitch }: Pick<BarPorts, "writeSwitch">,
  now: Instant,
  armed: SwitchSetting,
  { why, at }: Bar,
  signal: AbortSignal,
): Promise<Pick<Barred, "killSwitch" | "barred" | "notDisarmed" | "problems">> {
  const position = { state: "disarmed" as const, by: "sandmeter", why, at: now, settingId: null };
  const problem = await writeSwitch(position, signal);
  if (problem === null) return { killSwitch: position, barred: null, notDisarmed: null, problems: [] };
  const message = `Stopping could not be disarmed, though ${why}: until somebody arms it anew, nothing is stopped by what shares this state. ${problem.message}`;
  return {
    killSwitch: armed,
    barred: { why, at },
    notDisarmed: { armedAt: armed.at, why, problem },
    problems: [{ ...problem, message }],
  };
}
