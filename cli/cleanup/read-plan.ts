import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Plan } from "../../core/cleanup/plan/plan.ts";
import { storedPlan } from "../../core/jobs/sweep/stored/stored-plans.ts";
import type { Documents } from "../../core/ports/documents.ts";
import { planOf } from "../../core/ports/plan-text.ts";
import { object } from "../../core/ports/read-stored.ts";
import { CliError, UsageError } from "../cli-error.ts";
import { exitCode } from "../exit-code.ts";
import { safeText } from "../render/safe-text.ts";

/** As `sandmeter plan` names them. */
const planId = /^\d{8}T\d{9}Z-[0-9a-f]{16}$/;

/** A plan by the name of its file, or by its id, which the state then has. Throws `CliError` where there is none. */
export async function readPlan(
  cwd: string,
  named: string,
  documents: Pick<Documents, "read" | "write">,
): Promise<Plan> {
  if (planId.test(named)) {
    const stored = await storedPlan(documents, named);
    if (stored !== null) return stored;
    throw new CliError(
      `this state has no plan ${named}: name the state that it was made with (--state, --table), or make a new one with \`sandmeter plan\``,
      exitCode.usage,
    );
  }
  let text: string;
  try {
    text = await readFile(path.resolve(cwd, named), "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new UsageError([
      code === "ENOENT"
        ? `there is no plan ${safeText(named)}: name a file that \`sandmeter plan --out\` wrote, or the id of a plan`
        : `${safeText(named)} cannot be read: ${safeText(message)}`,
    ]);
  }
  try {
    return planOf(object(JSON.parse(text), "the file")["plan"], "plan");
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new UsageError([
      `${safeText(named)} is no plan (${safeText(error.message)}): name a file that \`sandmeter plan --out\` or \`plan --json\` wrote`,
    ]);
  }
}
