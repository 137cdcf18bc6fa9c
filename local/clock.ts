/** The embedded AWS's time. Request-rate limits run on wall time, all else on this clock. */
export interface LocalClock {
  /** Milliseconds since 1970, as the embedded AWS sees it. */
  readonly now: () => number;
  /** Milliseconds of wall time, from any fixed start: for request rates only. */
  readonly wall: () => number;
  /** Jumps forward. Works in every mode. */
  readonly advance: (ms: number) => void;
  /** How many emulated seconds pass in one second of wall time; 0 stands still until `advance`. */
  readonly speed: number;
}

export function localClock(options: { readonly startAt: number; readonly speed: number }): LocalClock {
  const wall = (): number => performance.timeOrigin + performance.now();
  const origin = wall();
  let jumped = 0;
  return {
    speed: options.speed,
    wall,
    now: () => Math.floor(options.startAt + jumped + (wall() - origin) * options.speed),
    advance: (ms) => {
      if (!(ms >= 0)) throw new RangeError("the clock only goes forward");
      jumped += ms;
    },
  };
}
