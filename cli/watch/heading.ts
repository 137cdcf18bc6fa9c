import { instant } from "../../core/kernel/instant.ts";
import { formatUsd, parseUsd, sumUsd } from "../../core/kernel/money.ts";
import type { Registry, SessionRecord } from "../../core/ports/registry.ts";
import { range } from "../scan/money-range.ts";
import type { ScanSubject } from "../scan/subject.ts";
import type { WatchOptions } from "./watch-options.ts";

const dayMs = 24 * 3_600_000;

/** What is watched and told where, and what is remembered of the last day. */
export async function headingOf(input: {
  readonly subject: ScanSubject;
  readonly publishRegion: string;
  readonly watch: WatchOptions;
  readonly state: Pick<Registry, "goneSince">;
  readonly file: string;
}): Promise<readonly string[]> {
  const { subject, publishRegion, watch, state, file } = input;
  const places = `${subject.targets.length} ${subject.targets.length === 1 ? "Region" : "Regions"}`;
  const told = watch.publish ? `told in ${publishRegion}` : "telling nobody (--no-publish)";
  const since = instant(subject.now - dayMs);
  const gone = await Promise.all(subject.targets.map((target) => state.goneSince(target, since)));
  return [
    `sandmeter watch  account ${subject.identity.account}, ${places}, every ${watch.everyMs / 1000} s, ${told}`,
    `State in ${file}: ${remembered(gone.flat())}`,
  ];
}

function remembered(gone: readonly SessionRecord[]): string {
  if (gone.length === 0) return "no session ended in the last 24 hours, as far as is known.";
  const total = (bounds: readonly (string | null)[]): string | null =>
    bounds.includes(null)
      ? null
      : formatUsd(sumUsd(bounds.flatMap((bound) => (bound === null ? [] : [parseUsd(bound)]))));
  const cost = range(total(gone.map((record) => record.lowUsd)), total(gone.map((record) => record.highUsd)));
  return `${gone.length} ${gone.length === 1 ? "session" : "sessions"} ended in the last 24 hours, which cost ${cost}.`;
}
