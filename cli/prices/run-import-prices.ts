import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { type PriceList, readPriceList } from "../../adapters/files/price-list.ts";
import { PriceListError } from "../../adapters/files/price-list-line.ts";
import { importPrices } from "../../core/billing/price-import.ts";
import { layerPrices, type PriceLayer } from "../../core/billing/price-layers.ts";
import { type BillingRule, billingRules } from "../../core/billing/price-row.ts";
import { CliError, UsageError } from "../cli-error.ts";
import { readConfig } from "../config/load-config.ts";
import { readPrices } from "../config/prices.ts";
import { exitCode } from "../exit-code.ts";
import { safeJson, safeText } from "../render/safe-text.ts";
import type { Terminal } from "../terminal.ts";
import type { CheckVerb, RunVerb, VerbInput } from "../verb.ts";
import { foreignFlags } from "./foreign-flags.ts";
import { importJson, importText } from "./import-report.ts";
import { readPriceFile, writePriceFile } from "./price-file.ts";

/** An offer file of this service is some hundred kB; those of the largest services are gigabytes, and not wanted. */
const largestBytes = 64 * 1024 * 1024;

/** `sandmeter prices import FILE` */
export const runImportPrices: RunVerb = async (input, terminal) => {
  const { asked, layers, kept, outFile, problems } = await readInput(input, terminal);
  const all = [...fileProblems(input.arguments), ...problems];
  if (all.length > 0) throw new UsageError(all);

  const list = await readList(path.resolve(terminal.cwd, asked.file), asked.file);
  const own: PriceLayer = { origin: asked.out ?? "", rows: kept };
  const source = `AWS Price List ${list.head.offerCode}, version ${list.head.version}`;
  const imported = importPrices(list.prices, layerPrices([...layers, own]), asked.rule, source);
  const changed = imported.rows.filter((row) => row.change !== "unchanged").map((row) => row.row);
  const written = outFile !== null && changed.length > 0;
  if (written) await writePriceFile(outFile, layerPrices([own, { origin: "", rows: changed }]));

  const report = {
    head: list.head,
    rows: imported.rows,
    problems: [...list.problems, ...imported.problems],
    notes: list.notes,
    out: asked.out ?? null,
    written,
  };
  terminal.out(input.options["json"] === true ? `${safeJson(importJson(report))}\n` : importText(report, terminal));
  return report.problems.length > 0 ? exitCode.partial : exitCode.done;
};

/** Of the flags alone: a word may be the value of a flag that is not known. */
export const checkImportPrices: CheckVerb = async (input, terminal) => (await readInput(input, terminal)).problems;

async function readInput(input: VerbInput, terminal: Pick<Terminal, "cwd">) {
  const asked = readAsked(input);
  const { config, problems } = await readConfig(terminal.cwd, asked.config);
  const prices = await readPrices(terminal.cwd, config.prices, asked.prices);
  const outFile = asked.out === undefined ? null : path.resolve(terminal.cwd, asked.out);
  const kept = outFile === null ? { rows: [], problems: [] } : await readPriceFile(outFile, asked.out ?? "");
  const all = [...asked.problems, ...problems, ...prices.problems, ...kept.problems];
  return { asked, layers: prices.layers, kept: kept.rows, outFile, problems: all };
}

interface Asked {
  readonly file: string;
  readonly out: string | undefined;
  readonly rule: BillingRule | null;
  readonly config: string | undefined;
  readonly prices: string | undefined;
  readonly problems: readonly string[];
}

function readAsked({ arguments: words, options }: VerbInput): Asked {
  const text = (name: string): string | undefined => {
    const value = options[name];
    return typeof value === "string" ? value : undefined;
  };
  const rule = text("rule");
  const known = billingRules.find((candidate) => candidate === rule) ?? null;
  return {
    file: words[0] ?? "",
    out: text("out"),
    rule: known,
    config: text("config"),
    prices: text("prices"),
    problems: [
      ...(rule === undefined || known !== null
        ? []
        : [`--rule must be ${billingRules.join(" or ")}, not "${safeText(rule)}"`]),
      ...(text("out") === "" ? ["--out needs the name of a file"] : []),
      ...foreignFlags(options, "prices import", { region: "prices show", at: "prices show", all: "prices show" }),
    ],
  };
}

const fileProblems = ([file, ...more]: readonly string[]): readonly string[] => [
  ...(file === undefined ? ["name an offer file of the AWS Price List: `sandmeter prices import FILE`"] : []),
  ...more.map((word) => `unexpected argument "${safeText(word)}": \`prices import\` takes one file`),
];

async function readList(file: string, name: string): Promise<PriceList> {
  try {
    const { size } = await stat(file);
    if (size > largestBytes) throw new PriceListError("it is larger than 64 MB: the list of one service is wanted");
    return readPriceList(await readFile(file, "utf8"));
  } catch (error) {
    if (error instanceof PriceListError) {
      throw new UsageError([`${safeText(name)} cannot be imported: ${safeText(error.message)}`]);
    }
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    const why = code === "ENOENT" ? "there is no such file" : message;
    throw new CliError(`cannot read ${safeText(name)}: ${safeText(why)}`, exitCode.failed, { cause: error });
  }
}
