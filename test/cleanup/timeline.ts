import fc from "fast-check";

/** Milliseconds from the session's start, half open. */
export interface Stretch {
  readonly from: number;
  readonly until: number;
}

/** What a session did in truth, and what becomes of it in telemetry. Nothing here is shared with what is tested. */
export interface Shape {
  readonly now: number;
  readonly idleAfter: number;
  /** Lengths of records: of most, and of one after every so many. As AWS writes them, each has a second, or less. */
  readonly lengths: { readonly tileMs: number; readonly oddMs: number };
  readonly oddAfter: number;
  /** Between two records, in which nothing is used. */
  readonly hole: number;
  readonly work: readonly Stretch[];
  readonly vcpu: number;
  readonly rest: number;
  /** What a record carries was all used in the one second in its middle. */
  readonly isDense: boolean;
  /** Each record is told as two, each of a part of its CPU. */
  readonly isTwofold: boolean;
  /** Records that are lost. */
  readonly gaps: readonly Stretch[];
  readonly lag: number;
  /** Of eleven records of the last that came, so many have not come yet. */
  readonly straggle: number;
  readonly ownCalls: readonly Stretch[];
  readonly otherCalls: readonly Stretch[];
  readonly recordStamp: "start" | "end";
  readonly invocationStamp: "start" | "completion";
  /** Whether Sandmeter is told how calls are stamped. */
  readonly told: boolean;
  readonly callsLag: number;
  readonly callsOf: "session" | "interpreter";
}

export interface Timeline extends Shape {
  /** Stretches of CPU, each to be one record; those at or above the idle level are work. */
  readonly tiles: readonly (Stretch & { readonly vcpu: number; readonly seen: boolean })[];
  /** Calls stamped before this are all there; of later ones, every other. */
  readonly callsUntil: number;
}

const second = 1000;
const minute = 60_000;

const stretch = (latest: number, longest: number): fc.Arbitrary<Stretch> =>
  fc
    .tuple(fc.integer({ min: -5 * minute, max: latest }), fc.integer({ min: 1, max: longest }))
    .map(([from, took]) => ({ from, until: from + took }));

export const anyShape: fc.Arbitrary<Shape> = fc.record({
  now: fc.integer({ min: 40 * minute, max: 150 * minute }),
  idleAfter: fc.integer({ min: 2 * minute, max: 30 * minute }),
  // Mostly longer ones, which are quicker to go through.
  lengths: fc.oneof(
    { weight: 1, arbitrary: fc.constantFrom({ tileMs: second, oddMs: 0 }, { tileMs: second, oddMs: 320 }) },
    {
      weight: 5,
      arbitrary: fc.constantFrom(
        { tileMs: 5 * second, oddMs: 4010 },
        { tileMs: 10 * second, oddMs: 10_900 },
        { tileMs: 60 * second, oddMs: 59_100 },
        // Beside a short one, a long record proves nothing of what is between them.
        { tileMs: 5 * second, oddMs: 320 },
      ),
    },
  ),
  oddAfter: fc.integer({ min: 2, max: 40 }),
  hole: fc.integer({ min: 0, max: 300 }),
  work: fc.array(stretch(150 * minute, 10 * minute), { maxLength: 2 }),
  vcpu: fc.constantFrom(0.02, 0.5, 2),
  rest: fc.constantFrom(0, 0.0001, 0.0003, 0.0199),
  isDense: fc.boolean(),
  isTwofold: fc.boolean(),
  gaps: fc.array(stretch(150 * minute, 3 * minute), { maxLength: 2 }),
  lag: fc.integer({ min: 0, max: 60 * minute }),
  straggle: fc.integer({ min: 0, max: 10 }),
  ownCalls: fc.array(stretch(150 * minute, 15 * minute), { maxLength: 2 }),
  otherCalls: fc.array(stretch(150 * minute, 15 * minute), { maxLength: 2 }),
  recordStamp: fc.constantFrom("start", "end"),
  invocationStamp: fc.constantFrom("start", "completion"),
  told: fc.boolean(),
  callsLag: fc.integer({ min: 0, max: 10 * minute }),
  callsOf: fc.constantFrom("session", "interpreter"),
});

export const timelineOf = (shape: Shape): Timeline => ({
  ...shape,
  tiles: tilesOf(shape),
  callsUntil: Math.floor((shape.now - shape.callsLag) / minute) * minute,
});

function tilesOf(it: Shape): Timeline["tiles"] {
  const tiles: { from: number; until: number; vcpu: number; seen: boolean }[] = [];
  const meets = (a: Stretch, b: Stretch): boolean => a.from < b.until && b.from < a.until;
  for (let from = -2 * minute, n = 1; from < it.now; n += 1) {
    const odd = n % it.oddAfter === 0;
    const tile = { from, until: from + (odd ? it.lengths.oddMs : it.lengths.tileMs) };
    // One of no length carries what is used at its moment.
    const works = it.work.some((work) => meets(work, { from: tile.from, until: Math.max(tile.until, tile.from + 1) }));
    const arrived = tile.until <= it.now - it.lag;
    const straggles = tile.until > it.now - it.lag - 3 * it.lengths.tileMs && (n * 7) % 11 < it.straggle;
    // A record that is shorter than the jitter of stamps leaves no gap when it is missing: no law can find it.
    const lost = tile.until - tile.from >= second && (straggles || it.gaps.some((gap) => meets(gap, tile)));
    tiles.push({ ...tile, vcpu: works ? it.vcpu : it.rest, seen: arrived && !lost });
    from = tile.until + it.hole;
  }
  return tiles;
}

/** What of the session's true work lies within a stretch: CPU at the idle level, or a request to it in flight. */
export const workWithin = ({ tiles, ownCalls, isDense }: Timeline, { from, until }: Stretch): readonly Stretch[] =>
  [...tiles.map((tile) => (isDense ? middleOf(tile) : tile)).filter(({ vcpu }) => vcpu >= 0.02), ...ownCalls].filter(
    (work) => work.from < until && Math.max(work.until, work.from + 1) > from,
  );

/** The second in which a record's CPU was used. */
function middleOf({ from, until, vcpu }: Stretch & { readonly vcpu: number }): Stretch & { readonly vcpu: number } {
  const length = until - from;
  if (length <= second) return { from, until, vcpu };
  const begin = from + (length - second) / 2;
  return { from: begin, until: begin + second, vcpu: (vcpu * length) / second };
}
