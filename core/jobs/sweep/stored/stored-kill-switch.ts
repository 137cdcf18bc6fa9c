import { switchOfText, textOfSwitch } from "../../../cleanup/stop/switch-text.ts";
import type { Documents } from "../../../ports/documents.ts";
import type { KillSwitchStore } from "../../../ports/kill-switch.ts";
import { RegistryError } from "../../../ports/registry-error.ts";

const name = "cleanup/switch";
// Each time that another run was faster, that run got on.
const mostAttempts = 20;

/** Keeps the switch beside the state, where there is no AWS to keep it in. */
export function storedKillSwitch(documents: Documents): KillSwitchStore {
  return {
    read: async (signal) => {
      signal.throwIfAborted();
      try {
        const document = await documents.read(name);
        if (document === null) return switchOfText(null, "the state");
        // Each writing has a revision of its own.
        const { text, revision } = document;
        return switchOfText({ text, settingId: String(revision), setAt: null }, "the state");
      } catch (error) {
        if (!(error instanceof RegistryError)) throw error;
        return { state: "unknown", problem: { code: "StateUnavailable", message: error.message } };
      }
    },
    write: async (position, signal) => {
      try {
        for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
          signal.throwIfAborted();
          const before = await documents.read(name);
          const text = textOfSwitch(position);
          if ((await documents.write(name, { revision: before?.revision ?? 0, text })) === "written") return null;
        }
      } catch (error) {
        if (!(error instanceof RegistryError)) throw error;
        return { code: "StateUnavailable", message: error.message };
      }
      const message = `The switch was not set: ${mostAttempts} times in a row another run set it meanwhile. Try again.`;
      return { code: "StateBusy", message };
    },
  };
}
