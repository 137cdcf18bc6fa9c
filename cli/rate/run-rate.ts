import path from "node:path";
import process from "node:process";
import { type RateResult, rateFiles } from "../../adapters/files/rate-files.ts";
import { SpillError } from "../../adapters/files/spill-error.ts";
import { type PriceBook, priceBookOf } from "../../core/billing/price-book.ts";
import { layerPrices } from "../../core/billing/price-layers.ts";
import type { BillingRule } from "../../core/billing/price-row.ts";
import { plusMs } from "../../core/kernel/instant.ts";
import { CliError, UsageError } from "../cli-error.ts";
import { loadConfig } from "../config/load-config.ts";
import { readPrices } from "../config/prices.ts";
import { exitCode } from "../exit-code.ts";
import { safeText } from "../render/safe-text.ts";
import { systemClock } from "../system-clock.ts";
import type { Terminal } from "../terminal.ts";
import { thrownProblems } from "../thrown-problems.ts";
import type { CheckVerb, RunVerb } from "../verb.ts";
import { writeRateJson } from "./rate-json.ts";
import { type RateOptions, readRateOptions } from "./rate-options.ts";
import { rateProgress } from "./rate-progress.ts";
import { renderRate } from "./render-rate.ts";
import { whatIsMissing } from "./what-is-missing.ts";

/** A record stamped later than this after now was stamped by a wrong clock. */
const dayMs = 86_400_000;
const listedProblems = 1000;
/** The rule of prices that name none, and of Regions without a price. */
const defaultRule: BillingRule = "2026-09";

export const checkRate: CheckVerb = (input) =>
  Promise.resolve(thrownProblems(() => readRateOptions(input, systemClock.now)));

export const runRate: RunVerb = async (input, terminal) => {
  const options = readRateOptions(input, systemClock.now);
  const result = await rate(options, await pricesOf(options, terminal.cwd), terminal);
  for (const failure of result.failures) {
    terminal.err(`sandmeter: cannot read ${safeText(failure.file)}: ${safeText(failure.message)} (${failure.code})\n`);
  }
  const missing = whatIsMissing(result);
  const nothing = result.failures.length === options.files.length && result.lines === 0;
  const complete = result.failures.length === 0 && missing.length === 0;
  const { json, gb } = options;
  if (json) writeRateJson(result, { rule: options.rule ?? defaultRule, gb, complete }, terminal.out);
  else if (!nothing) terminal.out(renderRate(result, options, terminal));
  const useless = isUseless(result);
  if (result.lines === 0 && result.failures.length === 0) {
    terminal.err(
      "sandmeter: there is no line in what was read, so no cost is known: were usage records delivered to it?\n",
    );
  }
  if (useless) {
    terminal.err("sandmeter: no line is a usage record, so no cost is known: name files of USAGE_LOGS records\n");
  } else terminal.err(missing.map((sentence) => `sandmeter: ${sentence}\n`).join(""));
  if (nothing || useless) return exitCode.failed;
  return complete ? exitCode.done : exitCode.partial;
};

/** Lines, and no record among them: most likely another kind of file. A cost of zero would be a claim about it. */
const isUseless = (result: RateResult): boolean => result.lines > 0 && result.records === 0;

/** Sessions are rated at the prices that `scan` and `watch` bound them by. */
async function pricesOf({ prices, config, rule }: RateOptions, cwd: string): Promise<PriceBook> {
  const { prices: configured } = await loadConfig(cwd, config ?? undefined);
  const { layers, problems } = await readPrices(cwd, configured, prices ?? undefined);
  if (problems.length > 0) throw new UsageError(problems);
  return priceBookOf(layerPrices(layers), rule ?? undefined);
}

async function rate(options: RateOptions, prices: PriceBook, terminal: Terminal): Promise<RateResult> {
  const progress = rateProgress(options.files, terminal);
  try {
    return await rateFiles(
      {
        files: options.files.map((name) => ({ name, path: path.resolve(terminal.cwd, name) })),
        latestAt: plusMs(options.now, dayMs),
        prices,
        meter: { gb: options.gb, idleVcpu: options.idleVcpu, unpricedRule: options.rule ?? defaultRule },
        problemLimit: options.allProblems ? Number.POSITIVE_INFINITY : listedProblems,
        threads: options.threads,
        stretchBytes: 16 * 1024 * 1024,
        limitBytes: options.memoryLimitBytes,
        tempFolder: options.tempFolder,
        fastPath: true,
      },
      { standardInput: process.stdin, signal: terminal.signal, onBytes: progress.add },
    );
  } catch (error) {
    if (terminal.signal.aborted) throw new CliError("stopped before the end: nothing was rated");
    if (error instanceof SpillError) {
      const where = safeText(options.tempFolder);
      throw new CliError(
        `cannot use ${where} for records that do not fit in memory (${error.code}): see --temp and --memory-limit`,
      );
    }
    throw error;
  } finally {
    progress.clear();
  }
}
