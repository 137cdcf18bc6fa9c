import { malformedQuery } from "../errors.ts";
import { type Cursor, cursorOf } from "./cursor.ts";
import { parseExpression } from "./parse-expression.ts";
import type { Aggregate, AggregateName, Column, Command } from "./syntax.ts";

const MAX_LIMIT = 10_000;
/** "You can use as many as two stats commands in a query." */
const MAX_STATS = 2;

/** The commands of a query in Insights' own language. Throws MalformedQueryException for what is not part of this subset. */
export function parseQuery(query: string): readonly Command[] {
  const cursor = cursorOf(query);
  const commands: Command[] = [];
  do commands.push(parseCommand(cursor));
  while (cursor.takes("|"));
  if (cursor.peek().kind !== "end") cursor.fail('"|" or the end');
  const stats = commands.findIndex(({ kind }) => kind === "stats");
  if (commands.filter(({ kind }) => kind === "stats").length > MAX_STATS) {
    throw malformedQuery(`a query has at most ${MAX_STATS} stats commands`);
  }
  const early = commands.findIndex(({ kind }) => kind === "sort" || kind === "limit");
  if (early >= 0 && early < stats) throw malformedQuery("sort and limit come after stats");
  return commands;
}

function parseCommand(cursor: Cursor): Command {
  const { text } = cursor.next();
  switch (text.toLowerCase()) {
    case "fields":
      return { kind: "fields", columns: parseColumns(cursor) };
    case "display":
      return { kind: "display", columns: parseColumns(cursor) };
    case "filter":
      return { kind: "filter", condition: parseExpression(cursor) };
    case "stats":
      return parseStats(cursor);
    case "sort":
      return parseSort(cursor);
    case "limit": {
      const count = Number(cursor.next().text);
      if (!Number.isInteger(count) || count < 1 || count > MAX_LIMIT) {
        throw malformedQuery(`limit must be a whole number from 1 to ${MAX_LIMIT}`);
      }
      return { kind: "limit", count };
    }
    default:
      throw malformedQuery(
        `the embedded AWS does not know the command "${text}" (known: fields, display, filter, stats, sort, limit)`,
      );
  }
}

function parseColumns(cursor: Cursor): readonly Column[] {
  const columns: Column[] = [];
  do {
    const { value, written } = spanned(cursor, () => parseExpression(cursor));
    columns.push({ name: nameAfter(cursor) ?? (value.kind === "field" ? value.name : written), value });
  } while (cursor.takes(","));
  return columns;
}

function parseStats(cursor: Cursor): Command {
  const aggregates: Aggregate[] = [];
  do {
    const { value, written } = spanned(cursor, () => parseAggregate(cursor));
    aggregates.push({ ...value, name: nameAfter(cursor) ?? written });
  } while (cursor.takes(","));
  return { kind: "stats", aggregates, by: cursor.takes("by") ? parseColumns(cursor) : [] };
}

const aggregateNames: readonly AggregateName[] = ["count", "sum", "avg", "min", "max", "count_distinct"];

function parseAggregate(cursor: Cursor): Omit<Aggregate, "name"> {
  const { text } = cursor.next();
  const name = aggregateNames.find((each) => each === text.toLowerCase());
  if (name === undefined)
    throw malformedQuery(`the embedded AWS cannot aggregate by "${text}" (known: ${aggregateNames.join(", ")})`);
  cursor.needs("(");
  const isAll = name === "count" && (cursor.takes("*") || cursor.peek().text === ")");
  const of = isAll ? null : parseExpression(cursor, 3);
  cursor.needs(")");
  return { function: name, of };
}

function parseSort(cursor: Cursor): Command {
  const by: { value: Column["value"]; descending: boolean }[] = [];
  do {
    // A computed column is sorted by as it was written: `sort sum(x) desc`.
    const value =
      aggregateNames.some((name) => name === cursor.peek().text) && cursor.peek(1).text === "("
        ? ({ kind: "field", name: spanned(cursor, () => parseAggregate(cursor)).written } as const)
        : parseExpression(cursor, 3);
    const descending = cursor.takes("desc");
    if (!descending) cursor.takes("asc");
    by.push({ value, descending });
  } while (cursor.takes(","));
  return { kind: "sort", by };
}

function nameAfter(cursor: Cursor): string | null {
  if (!cursor.takes("as")) return null;
  const { kind, text } = cursor.next();
  if (kind !== "name" && kind !== "quoted-name") throw malformedQuery(`"as" needs a name, not ${text}`);
  return text;
}

/** Reads something, and keeps how it was written. */
function spanned<T>(cursor: Cursor, read: () => T): { readonly value: T; readonly written: string } {
  const from = cursor.peek().at;
  const value = read();
  return { value, written: cursor.query.slice(from, cursor.peek().at).trim() };
}
