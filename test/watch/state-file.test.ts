import { describe, expect, it } from "vitest";
import { defaultStateFile } from "../../cli/watch/state-file.ts";

describe("the default state file", () => {
  it.each([
    ["linux", { HOME: "/home/me" }, "/home/me/.local/state/sandmeter/state.sqlite"],
    ["linux", { HOME: "/home/me", XDG_STATE_HOME: "/var/me" }, "/var/me/sandmeter/state.sqlite"],
    ["linux", { HOME: "/home/me", XDG_STATE_HOME: "relative" }, "/home/me/.local/state/sandmeter/state.sqlite"],
    ["linux", { HOME: "/home/me", XDG_STATE_HOME: "" }, "/home/me/.local/state/sandmeter/state.sqlite"],
    ["darwin", { HOME: "/Users/me" }, "/Users/me/Library/Application Support/sandmeter/state.sqlite"],
    ["win32", { LOCALAPPDATA: "/local", USERPROFILE: "/me" }, "/local/sandmeter/state.sqlite"],
    ["win32", { USERPROFILE: "/me" }, "/me/AppData/Local/sandmeter/state.sqlite"],
  ])("on %s with %j is %s", (platform, env, file) => {
    expect(defaultStateFile(env, platform)).toBe(file);
  });

  it("says what to do where there is no home", () => {
    expect(() => defaultStateFile({}, "linux")).toThrow(/--state/);
  });
});
