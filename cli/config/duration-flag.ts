import { parseDuration } from "../../adapters/config/duration.ts";

/** A time that a flag takes. */
export interface DurationRange {
  readonly leastMs: number;
  readonly mostMs: number;
  /** The range in words, with examples: `from 1s to 24h, such as 60s or 5m`. */
  readonly wanted: string;
  /** The two units that people mean most often, for a number that has none. */
  readonly units: readonly [string, string];
}

/** The milliseconds that a flag says; null where what it says is wrong, which goes to `problems`. */
export function durationOfFlag(flag: string, text: string, range: DurationRange, problems: string[]): number | null {
  const ms = within(text, range);
  if (ms !== null) return ms;
  const meant = range.units.map((unit) => text + unit).filter((candidate) => within(candidate, range) !== null);
  problems.push(
    meant.length > 0
      ? `${flag} ${text} has no unit: say ${meant.join(" or ")}`
      : `${flag} must be a time ${range.wanted}, not "${text}"`,
  );
  return null;
}

function within(text: string, { leastMs, mostMs }: DurationRange): number | null {
  const ms = parseDuration(text);
  return ms !== null && ms >= leastMs && ms <= mostMs ? ms : null;
}
