import { actingSwitch, type Bar, type SwitchStanding } from "../../../cleanup/stop/switch-standing.ts";
import { textOfSwitch } from "../../../cleanup/stop/switch-text.ts";
import type { Documents } from "../../../ports/documents.ts";
import type { KillSwitch, KillSwitchStore, SwitchSetting } from "../../../ports/kill-switch.ts";
import { at, object, string } from "../../../ports/read-stored.ts";
import { RegistryError } from "../../../ports/registry-error.ts";

const name = "cleanup/regret";
// Each time that another run was faster, that run got on.
const mostAttempts = 20;

/**
 * Reads the switch as one that is disarmed where stops were regretted too often since it was armed, although nobody could turn it: so that
 * no run which shares the state stops anything until somebody arms it anew. What cannot be read is unknown.
 */
export const unlessRegretted =
  (documents: Pick<Documents, "read">, read: KillSwitchStore["read"]): KillSwitchStore["read"] =>
  async (signal) =>
    actingSwitch(await standingOf(documents, read, signal));

/** For whoever shows the switch. Where nobody can see whether it is barred, it is unknown. Throws only when `signal` is aborted. */
export async function standingOf(
  documents: Pick<Documents, "read">,
  read: KillSwitchStore["read"],
  signal: AbortSignal,
): Promise<SwitchStanding> {
  const position = await read(signal);
  try {
    return { position, barred: await verdictOn(documents, position) };
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    const problem = { code: "StateUnavailable", message: error.message };
    return { position: { state: "unknown", problem }, barred: null };
  }
}

/** That stops were regretted too often since this arming; null where there is none on it: whoever arms anew has seen the one before. Throws `RegistryError`. */
export async function verdictOn(documents: Pick<Documents, "read">, position: KillSwitch): Promise<Bar | null> {
  if (position.state !== "armed") return null;
  const document = await documents.read(name);
  if (document === null) return null;
  const { arming, ...verdict } = verdictOf(document.text);
  return arming === armingOf(position) ? verdict : null;
}

/** Throws `RegistryError`. */
export async function rememberVerdict(
  documents: Documents,
  position: SwitchSetting,
  { why, at: judgedAt }: Bar,
): Promise<void> {
  const text = JSON.stringify({ arming: armingOf(position), why, at: judgedAt });
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    const before = await documents.read(name);
    if ((await documents.write(name, { revision: before?.revision ?? 0, text })) === "written") return;
  }
  throw new RegistryError(
    "busy",
    `That stops were regretted was not remembered: ${mostAttempts} times in a row another run changed it meanwhile.`,
  );
}

/** The words alone would be those of the one before where both were set by hand, without a date. */
const armingOf = (position: SwitchSetting): string => JSON.stringify([position.settingId, textOfSwitch(position)]);

function verdictOf(text: string): Bar & { readonly arming: string } {
  try {
    const item = object(JSON.parse(text), "verdict");
    return { arming: string(item["arming"], "arming"), why: string(item["why"], "why"), at: at(item["at"], "at") };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new RegistryError(
      "corrupt",
      `What is remembered of regretted stops is damaged (${error.message}), so nothing is stopped: take the document ${name} out of the state, or restore it.`,
      { cause: error },
    );
  }
}
