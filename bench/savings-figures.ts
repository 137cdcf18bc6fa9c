import { codeInterpreterPrices } from "../core/billing/code-interpreter-prices.ts";
import { priceBookOf } from "../core/billing/price-book.ts";
import { instant } from "../core/kernel/instant.ts";
import { usdToNumber } from "../core/kernel/money.ts";
import type { StopRecord } from "../core/ports/stops.ts";
import type { Truth } from "../local/truth.ts";
import type { World } from "../local/world.ts";
import type { Figure } from "./bench.ts";
import { type JudgedSavings, judgeSavings } from "./judge-savings.ts";
import { stoppedUsage } from "./stopped-usage.ts";

/** What stops saved, held to the truth: by the evidence of each stop alone, and by the peaks that bills have later. */
export function savingsFigures(
  world: World,
  stops: readonly StopRecord[],
  truth: Truth,
  tell: (line: string) => void,
): readonly Figure[] {
  const now = instant(world.clock.now());
  const input = { prices: priceBookOf(codeInterpreterPrices), gb: "binary", memoryGb: 8 } as const;
  const early = judgeSavings(stops, truth, { ...input, peakOf: () => null });
  const late = judgeSavings(stops, truth, {
    ...input,
    peakOf: (stop) => ({ bytes: stoppedUsage(world, stop, now).peakBytes, isWhole: true }),
  });
  for (const line of [...early.outside, ...late.outside].slice(0, 10)) tell(`saving outside of its bounds: ${line}`);
  return [
    ...figuresOf("by the evidence of the stop", early),
    ...figuresOf("by the peak of the bill", late),
    { what: "what the stops saved in truth", value: usdToNumber(early.truth), unit: "USD" },
  ];
}

const figuresOf = (by: string, { outside, saved }: JudgedSavings): readonly Figure[] => [
  { what: `savings ${by} that the truth is outside of, each and in all`, value: outside.length, unit: "", atMost: 0 },
  { what: `saved ${by}, at least`, value: usdToNumber(saved.low), unit: "USD" },
  { what: `saved ${by}, at most`, value: usdToNumber(saved.high), unit: "USD" },
];
