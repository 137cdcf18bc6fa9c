import type { BillRow } from "../../bill/bill-rows.ts";
import { invalid } from "./errors.ts";

type Dimension = (row: BillRow) => string;

const dimensions: Readonly<Record<string, Dimension>> = {
  SERVICE: (row) => row.service,
  USAGE_TYPE: (row) => row.usageType,
  REGION: (row) => row.region,
  LINKED_ACCOUNT: (row) => row.account,
  RECORD_TYPE: (row) => row.recordType,
  OPERATION: (row) => row.operation,
};

export function dimensionNamed(key: string | undefined): Dimension {
  const dimension = dimensions[key ?? ""];
  if (dimension === undefined) {
    throw invalid(
      `${key ?? "no dimension"} is not supported by the embedded AWS (known: ${Object.keys(dimensions).join(", ")})`,
    );
  }
  return dimension;
}

interface Expression {
  readonly Or?: readonly Expression[];
  readonly And?: readonly Expression[];
  readonly Not?: Expression;
  readonly Dimensions?: {
    readonly Key?: string;
    readonly Values?: readonly string[];
    readonly MatchOptions?: readonly string[];
  };
}

/** Whether a row passes a filter. Throws for a filter that Cost Explorer, or this part of it, does not take. */
export function filterOf(expression: unknown, depth = 0): (row: BillRow) => boolean {
  if (typeof expression !== "object" || expression === null || depth > 10)
    throw invalid("Filter: an expression is expected.");
  const roots = Object.entries(expression).filter(([, value]) => value !== undefined && value !== null);
  if (roots.length === 0) throw invalid("Expression has no root; exactly one is required");
  if (roots.length > 1) throw invalid("Expression has multiple roots, only one root is allowed");
  const { Or: or, And: and, Not: not, Dimensions: wanted } = expression as Expression;
  if (not !== undefined) {
    const inner = filterOf(not, depth + 1);
    return (row) => !inner(row);
  }
  if (or !== undefined) {
    const parts = partsOf(or, depth);
    return (row) => parts.some((part) => part(row));
  }
  if (and !== undefined) {
    const parts = partsOf(and, depth);
    return (row) => parts.every((part) => part(row));
  }
  if (wanted === undefined) throw invalid(`${roots[0]?.[0]}: the embedded AWS filters by Dimensions only.`);
  const { Key: key, Values: values = [], MatchOptions: options = [] } = wanted;
  if (values.length === 0) throw invalid("Dimensions: Values must not be empty");
  if (options.some((option) => option !== "EQUALS" && option !== "CASE_SENSITIVE")) {
    throw invalid("Dimensions: the match options of GetCostAndUsage are EQUALS and CASE_SENSITIVE");
  }
  const dimension = dimensionNamed(key);
  return (row) => values.includes(dimension(row));
}

function partsOf(expressions: readonly Expression[], depth: number): readonly ((row: BillRow) => boolean)[] {
  if (!Array.isArray(expressions) || expressions.length < 2) throw invalid("And and Or need at least two expressions");
  return expressions.map((each) => filterOf(each, depth + 1));
}
