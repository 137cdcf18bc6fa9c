import { awsRegionNames } from "../../adapters/aws/regions.ts";
import { type PriceBook, type PricePeriod, periodAt, periodsOf, priceBookOf } from "../../core/billing/price-book.ts";
import { layerPrices } from "../../core/billing/price-layers.ts";
import { everyRegion } from "../../core/billing/price-row.ts";
import { instantOfIso } from "../../core/kernel/calendar.ts";
import { type Region, region } from "../../core/kernel/ids.ts";
import { type Instant, isoOf } from "../../core/kernel/instant.ts";
import { UsageError } from "../cli-error.ts";
import { readConfig } from "../config/load-config.ts";
import { nearestOf } from "../config/nearest.ts";
import { readPrices } from "../config/prices.ts";
import { exitCode } from "../exit-code.ts";
import { safeJson, safeText } from "../render/safe-text.ts";
import { painter } from "../render/style.ts";
import { renderTable } from "../render/table.ts";
import { systemClock } from "../system-clock.ts";
import type { Terminal } from "../terminal.ts";
import type { CheckVerb, RunVerb, VerbInput } from "../verb.ts";
import { foreignFlags } from "./foreign-flags.ts";

/** `sandmeter prices show` */
export const runShowPrices: RunVerb = async (input, terminal) => {
  const { asked, layers, problems } = await readInput(input, terminal);
  const unexpected = input.arguments.map(
    (word) => `unexpected argument "${safeText(word)}": \`prices show\` takes none`,
  );
  if (problems.length + unexpected.length > 0) throw new UsageError([...problems, ...unexpected]);
  const rows = layerPrices(layers);
  const origins = new Map(rows.map((row) => [`${row.region}\n${row.startsAt}`, row.origin]));
  const book = priceBookOf(rows);
  const stranger = unknownRegion(asked.region, book);
  if (stranger !== null) throw new UsageError([stranger]);
  const shown = rowsOf(book, asked).map((it) => ({
    ...it,
    origin: origins.get(`${it.period.row.region}\n${it.period.row.startsAt}`) ?? "",
  }));
  if (input.options["json"] === true) terminal.out(`${safeJson(jsonOf(shown, asked))}\n`);
  else terminal.out(textOfRows(shown, asked, terminal));
  return exitCode.done;
};

/** A Region that AWS does not have and that no row names is most likely misspelt: that it has no price would be no answer. */
function unknownRegion(name: Region | null, book: PriceBook): string | null {
  const known = [...new Set([...awsRegionNames, ...book.keys()])];
  if (name === null || known.includes(name)) return null;
  return `--region: unknown Region "${safeText(name)}"${nearestOf(name, known)}`;
}

/** Of the flags alone: a word may be the value of a flag that is not known. */
export const checkShowPrices: CheckVerb = async (input, terminal) => (await readInput(input, terminal)).problems;

async function readInput(input: VerbInput, terminal: Pick<Terminal, "cwd">) {
  const asked = readAsked(input);
  const { config, problems } = await readConfig(terminal.cwd, textOf(input, "config"));
  const prices = await readPrices(terminal.cwd, config.prices, textOf(input, "prices"));
  return { asked, layers: prices.layers, problems: [...asked.problems, ...problems, ...prices.problems] };
}

interface Asked {
  readonly at: Instant;
  readonly region: Region | null;
  readonly all: boolean;
  readonly problems: readonly string[];
}

interface Shown {
  readonly region: Region;
  readonly period: PricePeriod;
  readonly inForce: boolean;
}

const textOf = ({ options }: VerbInput, name: string): string | undefined => {
  const value = options[name];
  return typeof value === "string" ? value : undefined;
};

function readAsked(input: VerbInput): Asked {
  const written = textOf(input, "at");
  const at = written === undefined ? systemClock.now() : instantOfIso(written);
  return {
    at: at ?? systemClock.now(),
    region: input.options["region"] === undefined ? null : region(textOf(input, "region") ?? ""),
    all: input.options["all"] === true,
    problems: [
      ...(at === null
        ? [`--at must be an instant such as 2026-11-20T12:00:00Z, not "${safeText(written ?? "")}"`]
        : []),
      ...foreignFlags(input.options, "prices show", { rule: "prices import", out: "prices import" }),
    ],
  };
}

/** A Region that no row names has the prices for every Region, where there are any. */
function rowsOf(book: PriceBook, asked: Asked): readonly Shown[] {
  const regions = asked.region === null ? [...book.keys()] : [asked.region];
  return regions.flatMap((name) => {
    const current = periodAt(book, name, asked.at);
    const periods = asked.all ? periodsOf(book, name) : current === null ? [] : [current];
    return periods.map((period) => ({ region: name, period, inForce: period === current }));
  });
}

const jsonOf = (shown: readonly (Shown & { readonly origin: string })[], { at, region: name }: Asked): unknown => ({
  at: isoOf(at),
  region: name,
  rows: shown.map(({ region: of, period, inForce, origin }) => ({
    region: of,
    startsAt: isoOf(period.startsAt),
    endsAt: period.endsAt === null ? null : isoOf(period.endsAt),
    inForce,
    usdPerVcpuHour: period.row.usdPerVcpuHour,
    usdPerGbHour: period.row.usdPerGbHour,
    rule: period.rule,
    origin,
    forEveryRegion: period.row.region === everyRegion,
    source: period.row.source ?? null,
  })),
});

function textOfRows(
  shown: readonly (Shown & { readonly origin: string })[],
  { at, region: name, all }: Asked,
  terminal: Terminal,
): string {
  if (shown.length === 0) {
    const where = name === null ? "any Region" : safeText(name);
    return `No price in ${where} as of ${isoOf(at)}: sessions there have no figure, which is not zero.\n`;
  }
  const columns = [
    { title: "REGION" },
    { title: "FROM" },
    ...(all ? [{ title: "UNTIL" }, { title: "IN FORCE" }] : []),
    { title: "USD A VCPU-HOUR", align: "right" as const },
    { title: "USD A GB-HOUR", align: "right" as const },
    { title: "RULE" },
    { title: "FROM LAYER", shrinkTo: 10 },
    { title: "SOURCE", shrinkTo: 10 },
  ];
  const cells = shown.map(({ region: of, period, inForce, origin }) =>
    [
      of === everyRegion ? "* (any other)" : of,
      dayOf(period.startsAt),
      ...(all ? [period.endsAt === null ? "-" : dayOf(period.endsAt), inForce ? "yes" : "no"] : []),
      period.row.usdPerVcpuHour,
      period.row.usdPerGbHour,
      period.rule,
      period.row.region === everyRegion && of !== everyRegion ? `${origin} (*)` : origin,
      period.row.source ?? "-",
    ].map((text) => ({ text })),
  );
  const table = renderTable(columns, cells, terminal.color ? terminal.columns : null, painter(terminal.color));
  return `${table}As of ${isoOf(at)}. A Region that is not listed has no price: its sessions have no figure.\n`;
}

/** Prices start at midnight more often than not. */
const dayOf = (at: Instant): string => isoOf(at).replace("T00:00:00.000Z", "").replace(".000Z", "Z");
