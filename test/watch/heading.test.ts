import { describe, expect, it } from "vitest";
import { memoryRegistry } from "../../adapters/memory/registry.ts";
import { headingOf } from "../../cli/watch/heading.ts";
import type { Registry } from "../../core/ports/registry.ts";
import { change, here, minutes, sessionRecord } from "../registry/records.ts";

const heading = async (state: Registry): Promise<string> => {
  const lines = await headingOf({
    subject: {
      identity: { account: here.account, partition: "aws", clockAheadMs: 0 },
      targets: [here],
      notEnabled: "fail",
      now: minutes(24 * 60 + 10),
      notes: [],
    },
    publishRegion: "us-east-1",
    watch: { everyMs: 60_000, passes: null, publishRegion: null, publish: true, accountsEveryMs: null, json: false },
    state,
    file: "state.sqlite",
  });
  return lines.join("\n");
};

describe("the heading of watch", () => {
  it("says whose sandboxes are watched, where that is told, and that nothing is remembered yet", async () => {
    const text = await heading(memoryRegistry());
    expect(text).toContain("account 111122223333, 1 Region, every 60 s, told in us-east-1");
    expect(text).toContain("State in state.sqlite: no session ended in the last 24 hours");
  });

  it("says what the sessions cost that ended in the last day, and leaves out older ones", async () => {
    const state = memoryRegistry();
    const gone = [9, 10, 11].map((at) =>
      sessionRecord(`s${at}`, { goneAt: minutes(at), lowUsd: "0.100000000000", highUsd: "0.250000000000" }),
    );
    await state.commit(here, 0, change({ sessions: gone }));
    expect(await heading(state)).toMatch(/2 sessions ended in the last 24 hours, which cost \$0\.2000.*\$0\.5000/);
  });

  it("claims no sum where one of them has no price", async () => {
    const state = memoryRegistry();
    const unpriced = sessionRecord("a", { goneAt: minutes(20), lowUsd: null, highUsd: null });
    await state.commit(here, 0, change({ sessions: [unpriced] }));
    expect(await heading(state)).toContain("1 session ended in the last 24 hours, which cost unknown");
  });
});
