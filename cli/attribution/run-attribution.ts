import { attributionOf } from "../../adapters/config/attribution-of.ts";
import type { WrittenRule } from "../../adapters/config/attribution-schema.ts";
import { UsageError } from "../cli-error.ts";
import { readConfig } from "../config/load-config.ts";
import { exitCode } from "../exit-code.ts";
import { safeJson, safeText } from "../render/safe-text.ts";
import { painter } from "../render/style.ts";
import { renderTable } from "../render/table.ts";
import type { Terminal } from "../terminal.ts";
import type { CheckVerb, RunVerb, VerbInput } from "../verb.ts";
import { explainAttribution, explanationText } from "./explain-attribution.ts";
import { factsFlags, readFacts } from "./read-facts.ts";

export const runAttribution: RunVerb = async ({ arguments: words, options }, terminal) => {
  const [what, ...rest] = words;
  const unexpected = rest.map(
    (word) => `unexpected argument "${safeText(word)}": \`attribution ${safeText(what ?? "")}\` takes none`,
  );
  const half = what === "check" || what === "explain" ? what : null;
  const { rules, facts, problems } = await readInput(half, options, terminal);
  const all = [...(half === null ? [unknownHalf(what)] : []), ...unexpected, ...problems];
  if (all.length > 0) throw new UsageError(all);
  const attribution = attributionOf(rules);
  const json = options["json"] === true;
  if (what === "explain") {
    const explanation = explainAttribution(attribution, facts);
    terminal.out(json ? `${safeJson(explanation)}\n` : explanationText(explanation, terminal));
  } else {
    terminal.out(
      json ? `${safeJson({ labels: attribution.labels, rules: rules.length })}\n` : rulesText(rules, terminal),
    );
  }
  return exitCode.done;
};

/** Of the flags alone: a word may be the value of a flag that is not known. */
export const checkAttribution: CheckVerb = async ({ arguments: words, options }, terminal) => {
  const half = (["check", "explain"] as const).find((name) => words.includes(name)) ?? null;
  return (await readInput(half, options, terminal)).problems;
};

async function readInput(half: "check" | "explain" | null, options: VerbInput["options"], terminal: Terminal) {
  const foreign = factsFlags.filter((name) => options[name] !== undefined);
  const { facts, problems } = readFacts(options);
  const named = typeof options["config"] === "string" ? options["config"] : undefined;
  const { config, problems: ofConfig } = await readConfig(terminal.cwd, named);
  const own = {
    check: foreign.map((name) => `--${name} belongs to \`attribution explain\``),
    explain: problems,
  };
  return { rules: config.attribution ?? [], facts, problems: [...(half === null ? [] : own[half]), ...ofConfig] };
}

const unknownHalf = (what: string | undefined): string =>
  what === undefined
    ? "say what to do: `sandmeter attribution check` or `sandmeter attribution explain`"
    : `unknown \`attribution ${safeText(what)}\`: it is \`check\` or \`explain\``;

function rulesText(rules: readonly WrittenRule[], terminal: Terminal): string {
  if (rules.length === 0) {
    return "No rules: every cost is unattributed. Write them under `attribution` (docs/attribution.md).\n";
  }
  const columns = [
    { title: "RULE", align: "right" as const },
    { title: "MATCHES", shrinkTo: 20 },
    { title: "SETS", shrinkTo: 20 },
  ];
  const cells = rules.map(({ match, set }, index) =>
    [String(index + 1), matchText(match), pairsText(set, " = ")].map((text) => ({ text })),
  );
  const table = renderTable(columns, cells, terminal.color ? terminal.columns : null, painter(terminal.color));
  const count = `${rules.length} ${rules.length === 1 ? "rule is" : "rules are"} in order.`;
  return `${table}${count} For each label, the first rule that matches and gives it a value wins.\n`;
}

function matchText(match: WrittenRule["match"]): string {
  const { tag, ...rest } = match ?? {};
  const parts = [pairsText(rest, " "), pairsText(tag ?? {}, "=", "tag ")].filter((part) => part !== "");
  return parts.length === 0 ? "every session" : parts.join(", ");
}

const pairsText = (
  pairs: Readonly<Record<string, string | readonly string[] | undefined>>,
  between: string,
  before = "",
): string =>
  Object.entries(pairs)
    .flatMap(([key, value]) => (value === undefined ? [] : [`${before}${key}${between}${[value].flat().join(" or ")}`]))
    .join(", ");
