import path from "node:path";
import { CliError } from "../cli-error.ts";

/**
 * Where state is kept unless `--state` says otherwise: XDG_STATE_HOME or ~/.local/state on Linux and its kin, Application
 * Support on macOS, the local (not roaming) application data on Windows.
 */
export function defaultStateFile(env: Readonly<Record<string, string | undefined>>, platform: string): string {
  return path.join(stateFolder(env, platform), "sandmeter", "state.sqlite");
}

function stateFolder(env: Readonly<Record<string, string | undefined>>, platform: string): string {
  const named = (name: string): string | undefined => (env[name] === "" ? undefined : env[name]);
  // The XDG specification says to ignore a relative path.
  const xdg = named("XDG_STATE_HOME");
  if (platform !== "win32" && xdg !== undefined && path.isAbsolute(xdg)) return xdg;
  const home = named("HOME") ?? named("USERPROFILE");
  const local = named("LOCALAPPDATA");
  if (platform === "win32" && local !== undefined) return local;
  if (home === undefined) {
    throw new CliError("there is no home folder to keep state in (HOME is not set): name a file with --state");
  }
  if (platform === "win32") return path.join(home, "AppData", "Local");
  return platform === "darwin" ? path.join(home, "Library", "Application Support") : path.join(home, ".local", "state");
}

/** History is beside the state that it goes with, unless `--history` or the configuration says otherwise. */
export const defaultHistoryFolder = (stateFile: string): string => path.join(path.dirname(stateFile), "history");
