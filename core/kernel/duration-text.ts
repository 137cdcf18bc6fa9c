const units = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1000],
] as const;

/** `1 h 5 min`, `12 min 30 s`, `45 s`: the two largest units, the rest cut off. Less than a second is told in milliseconds. */
export function durationText(ms: number): string {
  if (ms < 0) return `-${durationText(-ms)}`;
  const largest = units.findIndex(([, unitMs]) => ms >= unitMs);
  if (largest < 0) return `${Math.floor(ms)} ms`;
  let rest = ms;
  return units
    .slice(largest, largest + 2)
    .flatMap(([unit, unitMs]) => {
      const count = Math.floor(rest / unitMs);
      rest -= count * unitMs;
      return count === 0 ? [] : [`${count} ${unit}`];
    })
    .join(" ");
}
