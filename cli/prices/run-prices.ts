import { UsageError } from "../cli-error.ts";
import { safeText } from "../render/safe-text.ts";
import type { CheckVerb, RunVerb } from "../verb.ts";
import { checkImportPrices, runImportPrices } from "./run-import-prices.ts";
import { checkShowPrices, runShowPrices } from "./run-show-prices.ts";

export const runPrices: RunVerb = async (input, terminal) => {
  const [what, ...rest] = input.arguments;
  const own = { ...input, arguments: rest };
  if (what === "show") return runShowPrices(own, terminal);
  if (what === "import") return runImportPrices(own, terminal);
  throw new UsageError([
    what === undefined
      ? "say what to do: `sandmeter prices show` or `sandmeter prices import FILE`"
      : `unknown \`prices ${safeText(what)}\`: it is \`show\` or \`import\``,
  ]);
};

/** What is wrong with the flags of the half that is named; which one is meant otherwise, nobody can tell. */
export const checkPrices: CheckVerb = async (input, terminal) => {
  if (input.arguments.includes("show")) return checkShowPrices(input, terminal);
  return input.arguments.includes("import") ? checkImportPrices(input, terminal) : [];
};
