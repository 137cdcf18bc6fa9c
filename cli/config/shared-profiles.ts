import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { safeText } from "../render/safe-text.ts";
import { nearestOf } from "./nearest.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const mostNamed = 20;

/**
 * What is wrong with the name of a profile. The SDK goes on without a profile that does not exist, and ends with "no
 * credentials", or with those of whatever machine it runs on. Nothing is said where a file cannot be read: it may be there.
 */
export async function profileProblems(profile: string | null, env: Environment): Promise<readonly string[]> {
  // Like the AWS CLI: the default profile needs no section.
  if (profile === null || profile === "default") return [];
  const home = env["HOME"] || env["USERPROFILE"] || homedir();
  const usual = (name: string): string => path.join(home, ".aws", name);
  const config = inHome(env["AWS_CONFIG_FILE"] || usual("config"), home);
  const credentials = inHome(env["AWS_SHARED_CREDENTIALS_FILE"] || usual("credentials"), home);
  const [sections, others] = await Promise.all([sectionsOf(config), sectionsOf(credentials)]);
  if (sections === null || others === null) return [];
  const names = [...new Set([...sections.flatMap(profileOfSection), ...others])].toSorted();
  if (names.includes(profile)) return [];
  const places = `${config} and ${credentials}`;
  return [`--profile: no such profile "${profile}" in ${places}${nearestOf(profile, names)} (${told(names)})`].map(
    safeText,
  );
}

function told(names: readonly string[]): string {
  if (names.length === 0) return "they name no profile";
  const more = names.length > mostNamed ? ` and ${names.length - mostNamed} more` : "";
  return `profiles: ${names.slice(0, mostNamed).join(", ")}${more}`;
}

/** The configuration file says `[profile x]`, and has sections that are no profiles; the credentials file says `[x]`. */
function profileOfSection(section: string): readonly string[] {
  if (section === "default") return [section];
  const name = /^profile\s+(["']?)(.+)\1$/.exec(section)?.[2];
  return name === undefined ? [] : [name];
}

/** Names in brackets; none where there is no such file, null where nobody knows. */
async function sectionsOf(file: string): Promise<readonly string[] | null> {
  try {
    const lines = (await readFile(file, "utf8")).split(/\r?\n/);
    return lines.flatMap((line) => /^\s*\[\s*([^\]]+?)\s*\]/.exec(line)?.[1] ?? []);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return code === "ENOENT" || code === "ENOTDIR" ? [] : null;
  }
}

const inHome = (file: string, home: string): string => (file.startsWith("~/") ? path.join(home, file.slice(2)) : file);
