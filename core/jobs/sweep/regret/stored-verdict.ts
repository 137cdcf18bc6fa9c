import { nothingRegretted, type RegretVerdict, togetherBarred } from "../../../cleanup/regret/verdict.ts";
import type { Bar, SwitchStanding } from "../../../cleanup/stop/switch-standing.ts";
import { textOfSwitch } from "../../../cleanup/stop/switch-text.ts";
import type { Documents } from "../../../ports/documents.ts";
import type { KillSwitch, KillSwitchStore, SwitchSetting } from "../../../ports/kill-switch.ts";
import { array, at, object, orNull, string } from "../../../ports/read-stored.ts";
import { RegistryError } from "../../../ports/registry-error.ts";

const name = "cleanup/regret";
// Each time that another run was faster, that run got on.
const mostAttempts = 20;

/**
 * The switch with what bars stops since it was armed, so that no run which shares the state makes them until somebody arms anew. Where nobody
 * can see whether it is barred, it is unknown. Throws only when `signal` is aborted.
 */
export async function standingOf(
  documents: Pick<Documents, "read">,
  read: KillSwitchStore["read"],
  signal: AbortSignal,
): Promise<SwitchStanding> {
  const position = await read(signal);
  try {
    return { position, ...(await rememberedVerdict(documents, position)) };
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    const problem = { code: "StateUnavailable", message: error.message };
    return { position: { state: "unknown", problem }, ...nothingRegretted };
  }
}

/** What was regretted too often since this arming: whoever arms anew has seen what was before. Throws `RegistryError`. */
export async function rememberedVerdict(
  documents: Pick<Documents, "read">,
  position: KillSwitch,
): Promise<RegretVerdict> {
  if (position.state !== "armed") return nothingRegretted;
  return verdictIn((await documents.read(name))?.text ?? null, armingOf(position));
}

/** Answers with what other runs found out meanwhile, too. Throws `RegistryError`. */
export async function rememberVerdict(
  documents: Documents,
  position: SwitchSetting,
  verdict: RegretVerdict,
): Promise<RegretVerdict> {
  const arming = armingOf(position);
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    const document = await documents.read(name);
    const before = verdictIn(document?.text ?? null, arming);
    const after = togetherBarred(before, verdict);
    const text = JSON.stringify({ arming, ...after });
    if (text === document?.text) return after;
    if ((await documents.write(name, { revision: document?.revision ?? 0, text })) === "written") return after;
  }
  throw new RegistryError(
    "busy",
    `That stops were regretted was not remembered: ${mostAttempts} times in a row another run changed it meanwhile.`,
  );
}

/** The words alone would be those of the one before where both were set by hand, without a date. */
const armingOf = (position: SwitchSetting): string => JSON.stringify([position.settingId, textOfSwitch(position)]);

function verdictIn(text: string | null, arming: string): RegretVerdict {
  if (text === null) return nothingRegretted;
  try {
    const item = object(JSON.parse(text), "verdict");
    if (string(item["arming"], "arming") !== arming) return nothingRegretted;
    return {
      barred: orNull(item["barred"], "barred", (value, place) => barOf(object(value, place))),
      policies: array(item["policies"], "policies").map((value, index) => {
        const policy = object(value, `policies[${index}]`);
        const match = policy["match"] === undefined ? {} : { match: string(policy["match"], "match") };
        return { policy: string(policy["policy"], "policy"), ...barOf(policy), ...match };
      }),
    };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new RegistryError(
      "corrupt",
      `What is remembered of regretted stops is damaged (${error.message}), so nothing is stopped: take the document ${name} out of the state, or restore it.`,
      { cause: error },
    );
  }
}

const barOf = (item: ReturnType<typeof object>): Bar => ({ why: string(item["why"], "why"), at: at(item["at"], "at") });
