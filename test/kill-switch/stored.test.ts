import { expect, it } from "vitest";
import { memoryDocuments } from "../../adapters/memory/documents.ts";
import { storedKillSwitch } from "../../core/jobs/sweep/stored/stored-kill-switch.ts";
import { RegistryError } from "../../core/ports/registry-error.ts";
import { killSwitchContract } from "./contract.ts";

killSwitchContract("the state", async () => {
  const documents = memoryDocuments();
  const spoil = async (text: string) => {
    const before = await documents.read("cleanup/switch");
    return documents.write("cleanup/switch", { revision: before?.revision ?? 0, text });
  };
  return { store: storedKillSwitch(documents), spoil, keepsTime: false, close: () => undefined };
});

const never = new AbortController().signal;
const disarmed = { state: "disarmed", by: null, why: null, at: null } as const;

it("is unknown where the state cannot be read, and says why it could not be set", async () => {
  const fail = async (): Promise<never> => {
    throw new RegistryError("busy", "the state is locked");
  };
  const store = storedKillSwitch({ read: fail, write: fail });
  const problem = { code: "StateUnavailable", message: "the state is locked" };
  expect(await store.read(never)).toEqual({ state: "unknown", problem });
  expect(await store.write(disarmed, never)).toEqual(problem);
});

it("is set over what another run has set meanwhile, and gives up where that never ends", async () => {
  let stale = 19;
  const documents = { read: async () => null, write: async () => (stale-- > 0 ? "stale" : "written") } as const;
  expect(await storedKillSwitch(documents).write(disarmed, never)).toBeNull();
  stale = 20;
  expect(await storedKillSwitch(documents).write(disarmed, never)).toMatchObject({ code: "StateBusy" });
});
