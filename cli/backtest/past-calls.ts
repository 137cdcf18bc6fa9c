import path from "node:path";
import { createGunzip } from "node:zlib";
import { callsLineOf } from "../../adapters/aws/session-calls-line.ts";
import type { RecordedCall } from "../../adapters/aws/session-calls-record.ts";
import { problemOfFile } from "../../adapters/files/file-problem.ts";
import { isGzip } from "../../adapters/files/input-file.ts";
import { openedInTurn } from "../../adapters/files/opened-in-turn.ts";
import type { SessionKey } from "../../core/billing/usage-record.ts";
import type { PastCall } from "../../core/cleanup/backtest/backtest-types.ts";
import { instant } from "../../core/kernel/instant.ts";
import type { Problem } from "../../core/kernel/problem.ts";
import { boundedLines } from "./bounded-lines.ts";
import { filesAt } from "./read-places.ts";

/** Calls of the interpreters that files tell of. */
export interface CallsOfFiles {
  /** Null where no line is about the interpreter: then nothing is known of its calls. */
  readonly of: (key: SessionKey) => readonly PastCall[] | null;
  readonly problems: readonly Problem[];
}

/** What was recorded of one call, as a replay goes by it. */
export const pastCallOf = ({ from, until, counted }: RecordedCall): PastCall => ({
  from,
  until,
  surelyFrom: counted.start,
  at: counted.completion,
});

/** CloudWatch takes events of a megabyte at most (read 2026-11); whatever is so much longer is no line of calls. */
const mostChars = 16 * 1024 * 1024;

/** Reads spans and application logs, line by line; other lines are of other things, as in the group of all spans. */
export async function callsOfFiles(places: readonly string[], cwd: string, signal: AbortSignal): Promise<CallsOfFiles> {
  const interpreters = new Map<string, OwnCalls>();
  const problems: Problem[] = [];
  let lost = 0;
  const take = (line: string | null): void => {
    const told = line === null ? "lost" : callsLineOf(line);
    if (told === "lost") lost += 1;
    if (told === "lost" || told === null) return;
    const key = ownerKey(told.account, told.region, told.interpreter);
    const known = interpreters.get(key) ?? { spans: new Map(), logs: new Map() };
    interpreters.set(key, known);
    const { call, isSpan } = told;
    if (call !== null) (isSpan ? known.spans : known.logs).set(nameOf(call), call);
  };
  for (const place of places) {
    lost = 0;
    const files = await filesAt(path.resolve(cwd, place));
    const listing = await files.list(instant(0), instant(8.64e15), signal);
    problems.push(...listing.problems);
    for await (const { file, content } of openedInTurn(files, listing.items, signal)) {
      try {
        const opened = await content();
        try {
          const head = new Uint8Array(await opened.slice(0, Math.min(2, opened.byteLength)));
          const stream = await opened.stream();
          const lines = isGzip(head) ? stream.pipe(createGunzip()) : stream;
          stream.once("error", (error) => lines.destroy(error));
          for await (const line of boundedLines(lines, mostChars)) take(line);
        } finally {
          await opened.close();
        }
      } catch (error) {
        signal.throwIfAborted();
        problems.push(problemOfFile(files, file, error));
      }
    }
    if (lost > 0) problems.push(lostLines(place, lost));
  }
  const bySession = new Map(
    [...interpreters].map(([key, own]) => [key, Map.groupBy(callsOf(own), ({ session }) => session)] as const),
  );
  return {
    of: (key) => {
      const sessions =
        bySession.get(ownerKey(key.account, key.region, key.interpreter)) ??
        bySession.get(ownerKey(awsOwned, key.region, key.interpreter));
      return sessions === undefined ? null : (sessions.get(key.session) ?? []).map(pastCallOf);
    },
    problems,
  };
}

/** By all that is told of them: nobody who writes the id of another's request takes its place. */
interface OwnCalls {
  readonly spans: Map<string, RecordedCall>;
  readonly logs: Map<string, RecordedCall>;
}

const nameOf = ({ id, session, from, until }: RecordedCall): string => JSON.stringify([id, session, from, until]);

/** A span says both ends of a call, and a log one moment of it. */
function callsOf({ spans, logs }: OwnCalls): readonly RecordedCall[] {
  const requestOf = ({ id, session }: RecordedCall): string => JSON.stringify([id, session]);
  const told = new Set([...spans.values()].map(requestOf));
  return [...spans.values(), ...[...logs.values()].filter((call) => !told.has(requestOf(call)))];
}

/** Whose the built-in tools are. */
const awsOwned = "aws";

const lostLines = (place: string, lost: number): Problem => ({
  code: "SkippedLines",
  message: `${place}: ${lost} ${lost === 1 ? "line" : "lines"} of calls could not be read, so that calls are missing: a stop that they would show to be false is not known to be right.`,
});

const ownerKey = (...parts: readonly string[]): string => parts.join(" ");
