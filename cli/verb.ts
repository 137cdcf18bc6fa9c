import type { ExitCode } from "./exit-code.ts";
import type { Terminal } from "./terminal.ts";

/** An option as commander takes it. Values stay text here: the verb checks all of them together and reports every problem at once. */
export interface VerbOption {
  readonly flags: string;
  readonly description: string;
  readonly default?: string;
  /** May be given several times: its value is a list. */
  readonly repeatable?: boolean;
}

/** What `--help` needs, without loading what the verb needs. */
export interface Verb {
  readonly name: string;
  readonly arguments?: string;
  readonly summary: string;
  readonly description: string;
  readonly options: readonly VerbOption[];
  readonly examples: readonly { readonly command: string; readonly does: string }[];
  readonly load: () => Promise<RunVerb>;
  /** Finds what is wrong with the input without doing anything, so that it is told together with wrong flags. */
  readonly check?: () => Promise<CheckVerb>;
}

export interface VerbInput {
  readonly arguments: readonly string[];
  readonly options: Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
}

export type CheckVerb = (input: VerbInput, terminal: Terminal) => Promise<readonly string[]>;

export type RunVerb = (input: VerbInput, terminal: Terminal) => Promise<ExitCode>;
