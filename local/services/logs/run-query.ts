import type { Place, World } from "../../world.ts";
import { keptFrom, type LogGroup, sourcesOf } from "./groups.ts";
import type { Row } from "./insights/evaluate.ts";
import { execute, type QueryResult } from "./insights/execute.ts";
import { jsonField, parsedMessage } from "./insights/json-field.ts";
import type { Command } from "./insights/syntax.ts";
import { eventsIn, type LogEvent, sourcesIn } from "./log-events.ts";

/** What a query reads and does; both ends of its time are included. */
export interface QueryRun {
  readonly groups: readonly LogGroup[];
  readonly commands: readonly Command[];
  readonly from: number;
  readonly to: number;
  readonly limit: number;
}

/** The answer of a query over what was delivered when it started. */
export function runQuery(
  run: QueryRun,
  world: World,
  place: Place,
  startedAt: number,
): QueryResult & { readonly scanned: number; readonly bytes: number } {
  let bytes = 0;
  const events = run.groups
    .flatMap((group) => {
      const span = { from: Math.max(run.from, keptFrom(group, startedAt)), to: run.to + 1, now: startedAt };
      const sources = sourcesIn(sourcesOf(place, group), span);
      return eventsIn(world, group, sources, span).map((event) => ({ event, group }));
    })
    .toSorted((a, b) => (a.event.id < b.event.id ? -1 : 1));
  const rows = events.map(({ event, group }) => {
    const message = event.message();
    bytes += Buffer.byteLength(message);
    return rowOf(event, message, `${place.account}:${group.name}`);
  });
  const decimals = world.unknowns.insightsNumbers === "rounded" ? 4 : null;
  return { ...execute(run.commands, rows, { limit: run.limit, decimals }), scanned: rows.length, bytes };
}

function rowOf(event: LogEvent, message: string, log: string): Row {
  let parsed: unknown;
  return (name) => {
    switch (name) {
      case "@timestamp":
        return event.at;
      case "@ingestionTime":
        return event.ingestedAt;
      case "@message":
        return message;
      case "@logStream":
        return event.stream;
      case "@log":
        return log;
      case "@ptr":
        return Buffer.from(event.id).toString("base64");
      default:
        if (parsed === undefined) parsed = parsedMessage(message);
        return jsonField(parsed, name);
    }
  };
}
