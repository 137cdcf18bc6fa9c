import { type AwsSettings, readAwsSettings } from "../config/aws-settings.ts";
import type { Terminal } from "../terminal.ts";
import type { CheckVerb, VerbInput } from "../verb.ts";

export interface ScanFlags {
  readonly interpreter: string | null;
  readonly interpreters: boolean;
  readonly failOn: "warning" | "critical" | null;
  readonly json: boolean;
  /** A state file of `watch`, whose ledger knows metered costs; true: the default one; null: bounds are enough. */
  readonly state: string | true | null;
}

export interface ScanInputRead {
  readonly settings: AwsSettings;
  readonly flags: ScanFlags;
  readonly problems: readonly string[];
}

/** The settings and flags of a scan, with all that is wrong with them. */
export async function readScanInput(
  options: VerbInput["options"],
  terminal: Pick<Terminal, "cwd" | "env">,
): Promise<ScanInputRead> {
  const { settings, problems } = await readAwsSettings(options, terminal);
  const own = readFlags(options);
  return { settings, flags: own.flags, problems: [...problems, ...own.problems] };
}

export const checkScan: CheckVerb = async (input, terminal) => (await readScanInput(input.options, terminal)).problems;

function readFlags(options: VerbInput["options"]): { readonly flags: ScanFlags; readonly problems: readonly string[] } {
  const { interpreter, failOn, state } = options;
  const level = failOn === "warning" || failOn === "critical" ? failOn : null;
  const problems = [
    ...(failOn === undefined || level !== null
      ? []
      : [`--fail-on must be \`warning\` or \`critical\`, not "${String(failOn)}"`]),
    ...(state === "" ? ["--state needs the name of a file, or none for the default one"] : []),
    ...(interpreter === "" ? ["--interpreter needs an id: see `sandmeter scan --interpreters`"] : []),
  ];
  const flags: ScanFlags = {
    interpreter: typeof interpreter === "string" ? interpreter : null,
    interpreters: options["interpreters"] === true,
    failOn: level,
    json: options["json"] === true,
    state: state === true || typeof state === "string" ? state : null,
  };
  return { flags, problems };
}
