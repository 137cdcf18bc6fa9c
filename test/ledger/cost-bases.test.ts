import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareUsd, parseUsd, sumUsd, type Usd, usd } from "../../core/kernel/money.ts";
import type { CostBasis } from "../../core/ledger/charge.ts";
import { type BasisPart, basisOfTotal } from "../../core/ledger/cost-bases.ts";

const part = (basis: CostBasis, amount: string | null) => partOf(basis, amount === null ? null : parseUsd(amount));
const partOf = (basis: CostBasis, amount: Usd | null): BasisPart => ({
  basis,
  sessions: 1,
  withoutFigure: amount === null ? 1 : 0,
  usd: amount,
});

describe("the basis of a total", () => {
  it.each<[readonly CostBasis[], CostBasis | null]>([
    [[], null],
    [["rated"], "rated"],
    [["logged", "rated"], "logged"],
    [["rated", "allocated", "logged"], "allocated"],
    [["bounded", "rated", "allocated"], "bounded"],
  ])("of %j is %s", (bases, expected) => {
    expect(basisOfTotal(bases.map((basis) => part(basis, "1"))).weakest).toBe(expected);
  });

  it("tells the share of each basis in sessions and in dollars, strongest first", () => {
    const { shares } = basisOfTotal([
      part("bounded", null),
      part("rated", "1.25"),
      part("allocated", "0.5"),
      part("rated", "0.75"),
      part("rated", null),
    ]);
    expect(shares).toEqual([
      { basis: "rated", sessions: 3, withoutFigure: 1, usd: parseUsd("2.00") },
      { basis: "allocated", sessions: 1, withoutFigure: 0, usd: parseUsd("0.5") },
      { basis: "bounded", sessions: 1, withoutFigure: 1, usd: null },
    ]);
  });

  it("has shares that add up to the total", () => {
    const amount = fc.option(fc.bigInt({ min: 0n, max: 10n ** 15n }).map((n) => usd(n, 3n * 10n ** 12n)));
    const basis = fc.constantFrom<CostBasis>("rated", "logged", "allocated", "bounded");
    const anyPart = fc.tuple(basis, amount).map(([of, usd]) => partOf(of, usd));
    fc.assert(
      fc.property(fc.array(anyPart), (parts) => {
        const { shares } = basisOfTotal(parts);
        expect(shares.reduce((sum, { sessions }) => sum + sessions, 0)).toBe(parts.length);
        const whole = sumUsd(parts.flatMap(({ usd: own }) => own ?? []));
        expect(compareUsd(sumUsd(shares.flatMap(({ usd: own }) => own ?? [])), whole)).toBe(0);
      }),
    );
  });
});
