import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { instant } from "../../core/kernel/instant.ts";
import type { KillSwitch, KillSwitchStore, SwitchPosition } from "../../core/ports/kill-switch.ts";

export interface OpenedSwitch {
  readonly store: KillSwitchStore;
  /** Puts a text where the switch is kept. */
  readonly spoil: (text: string) => Promise<unknown>;
  /** Whether the place where it is kept says itself when it was set. */
  readonly keepsTime: boolean;
  readonly close: () => unknown;
}

type Position = Exclude<KillSwitch, { state: "unknown" }>;

const never = new AbortController().signal;
const armed: SwitchPosition = {
  state: "armed",
  by: "arn:aws:sts::111122223333:assumed-role/on-call/a",
  why: 'the "leaks" of ={team}\n\ud83d\ude00',
  at: instant(Date.UTC(2026, 10, 20, 12)),
};

const textOf = (position: SwitchPosition): string => JSON.stringify(position);

/** What holds for every kill switch. */
export function killSwitchContract(name: string, make: () => Promise<OpenedSwitch>): void {
  describe(`the kill switch in ${name}`, () => {
    let opened: OpenedSwitch;
    const read = async (): Promise<Position> => {
      const position = await opened.store.read(never);
      if (position.state === "unknown") throw new Error(position.problem.message);
      return position;
    };
    const asSet = (position: SwitchPosition) => ({
      ...position,
      at: opened.keepsTime ? expect.any(Number) : position.at,
      settingId: expect.any(String),
    });
    beforeEach(async () => {
      opened = await make();
    });
    afterEach(() => opened.close());

    it("is disarmed until somebody arms it", async () => {
      expect(await opened.store.read(never)).toEqual({
        ...{ state: "disarmed", by: null, why: null, at: null },
        settingId: null,
      });
    });

    it("gives back what was set last, with who and why", async () => {
      expect(await opened.store.write(armed, never)).toBeNull();
      expect(await opened.store.read(never)).toEqual(asSet(armed));
      const disarmed: SwitchPosition = { state: "disarmed", by: null, why: "enough", at: null };
      expect(await opened.store.write(disarmed, never)).toBeNull();
      expect(await opened.store.read(never)).toEqual(asSet(disarmed));
    });

    it.each([
      "armed",
      "true",
      "{}",
      '{"state":"ARMED","by":null,"why":null,"at":null}',
      '{"state":"armed","by":null,"why":null}',
      '{"state":"armed","by":null,"why":null,"at":"now"}',
      "{",
      " ",
    ])("is unknown where it holds %j, and can be set again", async (text) => {
      await opened.spoil(text);
      expect(await opened.store.read(never)).toMatchObject({ state: "unknown", problem: { code: "SwitchDamaged" } });
      expect(await opened.store.write(armed, never)).toBeNull();
      expect(await opened.store.read(never)).toEqual(asSet(armed));
    });

    it("tells two settings in the same words apart, and one that is read twice not", async () => {
      const armings: SwitchPosition[] = [armed, armed, { ...armed, at: null }, { ...armed, at: null }];
      const seen = new Set<string | null>();
      for (const [index, arming] of armings.entries()) {
        await (index % 2 === 0 ? opened.store.write(arming, never) : opened.spoil(textOf(arming)));
        const { settingId } = await read();
        expect((await read()).settingId).toBe(settingId);
        seen.add(settingId);
      }
      expect(seen.size).toBe(4);
    });

    it("throws nothing but the reason of an abort", async () => {
      const reason = new Error("enough");
      await expect(opened.store.read(AbortSignal.abort(reason))).rejects.toBe(reason);
      await expect(opened.store.write(armed, AbortSignal.abort(reason))).rejects.toBe(reason);
    });
  });
}
