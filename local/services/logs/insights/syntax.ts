/** A query as a tree. */
export type Expression =
  | { readonly kind: "field"; readonly name: string }
  | { readonly kind: "constant"; readonly value: string | number }
  | { readonly kind: "pattern"; readonly pattern: RegExp }
  | { readonly kind: "call"; readonly name: string; readonly of: readonly Expression[] };

/** A column: its expression, and its name (what was written, where nobody gave it another). */
export interface Column {
  readonly name: string;
  readonly value: Expression;
}

export type AggregateName = "count" | "sum" | "avg" | "min" | "max" | "count_distinct";

export interface Aggregate {
  readonly name: string;
  readonly function: AggregateName;
  /** Null: `count(*)`. */
  readonly of: Expression | null;
}

export type Command =
  /** `display` replaces what is shown, `fields` adds to it. */
  | { readonly kind: "fields" | "display"; readonly columns: readonly Column[] }
  | { readonly kind: "filter"; readonly condition: Expression }
  | { readonly kind: "stats"; readonly aggregates: readonly Aggregate[]; readonly by: readonly Column[] }
  | { readonly kind: "sort"; readonly by: readonly { readonly value: Expression; readonly descending: boolean }[] }
  | { readonly kind: "limit"; readonly count: number };
