import { describe, expect, it } from "vitest";
import { progressLine } from "../../cli/render/progress-line.ts";

function lineOn(interactive: boolean) {
  let now = 1000;
  let err = "";
  const line = progressLine(
    {
      interactive,
      columns: 30,
      err: (text) => {
        err += text;
      },
    },
    () => now,
  );
  const showAt = (at: number, text: string): string => {
    now = at;
    err = "";
    line.show(() => text);
    return err;
  };
  const clear = (): string => {
    err = "";
    line.clear();
    return err;
  };
  return { showAt, clear };
}

describe("how far something has come", () => {
  it("is a line now and then where nothing can be redrawn, and none of what is over at once", () => {
    const { showAt, clear } = lineOn(false);
    expect(showAt(1000, "begun")).toBe("");
    expect(showAt(10_999, "soon")).toBe("");
    expect(showAt(11_000, "40 of 900 sessions, which is a line of any length")).toBe(
      "40 of 900 sessions, which is a line of any length\n",
    );
    expect(showAt(20_999, "still")).toBe("");
    expect(showAt(21_000, "80 of 900")).toBe("80 of 900\n");
    expect(clear()).toBe("");
  });

  it("says nothing twice in a log", () => {
    const { showAt } = lineOn(false);
    expect(["40 of 900", "40 of 900", "80 of 900"].map((text, at) => showAt(11_000 + at * 10_000, text))).toEqual([
      "40 of 900\n",
      "",
      "80 of 900\n",
    ]);
  });

  it("is drawn over itself on a terminal, cut to it, and taken away", () => {
    const { showAt, clear } = lineOn(true);
    expect(showAt(1000, "40 of 900 sessions, which is a line of any length")).toBe(
      "\r\u001b[K40 of 900 sessions, which is…",
    );
    expect(showAt(1079, "too soon")).toBe("");
    expect(showAt(1080, "80 of 900")).toBe("\r\u001b[K80 of 900");
    expect(clear()).toBe("\r\u001b[K");
    expect(clear()).toBe("");
  });
});
