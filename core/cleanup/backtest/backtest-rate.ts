/** Between two shares, from 0 to 1. */
export interface RateBounds {
  readonly low: number;
  readonly high: number;
}

/** Nineteen times in twenty the true share lies within. */
const z = 1.959963984540054;

/**
 * Wilson's interval of a share of which `found` of `all` are known and `open` are not: the lower bound takes these for none, the upper
 * bound for all. Null where there is nothing to take a share of.
 */
export function wilsonBounds(found: number, open: number, all: number): RateBounds | null {
  if (all === 0) return null;
  return { low: wilson(found, all).low, high: wilson(found + open, all).high };
}

function wilson(found: number, all: number): RateBounds {
  const share = found / all;
  const scale = 1 + z ** 2 / all;
  const centre = (share + z ** 2 / (2 * all)) / scale;
  const reach = (z / scale) * Math.sqrt((share * (1 - share)) / all + z ** 2 / (4 * all ** 2));
  // Exact at both ends, where rounding would leave a trace.
  return {
    low: found === 0 ? 0 : Math.max(0, centre - reach),
    high: found === all ? 1 : Math.min(1, centre + reach),
  };
}
