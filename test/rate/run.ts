import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "vitest";
import { runProgram } from "../../cli/program.ts";
import { rate } from "../../cli/verbs/rate.ts";
import { publishedSchema, violations } from "../schema/json-schema.ts";

const schema = publishedSchema("rate.schema.json");
export const vectors = path.resolve(import.meta.dirname, "../vectors/rate");

export interface Run {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `sandmeter rate` in this process, on a fixed day after all vectors. */
export async function runRate(args: readonly string[], signal = new AbortController().signal): Promise<Run> {
  let out = "";
  let err = "";
  const exit = await runProgram([rate], "0", ["rate", "--now", "2026-11-20T00:00:00Z", ...args], {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    interactive: false,
    columns: 200,
    color: false,
    env: {},
    cwd: vectors,
    signal,
  });
  return { exit, out, err };
}

export interface Rated {
  readonly rule: string;
  readonly gb: string;
  readonly complete: boolean;
  readonly input: {
    readonly lines: number;
    readonly records: number;
    readonly duplicates: number;
    readonly skipped: number;
  };
  readonly problems: readonly { readonly file: string; readonly line: number; readonly reason: string }[];
  readonly problemsNotListed: number;
  readonly unread: readonly { readonly file: string; readonly code: string }[];
  readonly sessions: readonly Readonly<Record<string, unknown>>[];
  readonly totals: Readonly<Record<string, unknown>>;
}

export async function rateJson(args: readonly string[]): Promise<Rated> {
  const { out } = await runRate([...args, "--json"]);
  const rated: unknown = JSON.parse(out);
  expect(violations(schema, rated)).toEqual([]);
  return rated as Rated;
}

const folder = mkdtempSync(path.join(tmpdir(), "rate-test-"));
let files = 0;

/** A new file with this content. */
export function fileOf(content: string | Uint8Array, name = "usage.ndjson"): string {
  files += 1;
  const file = path.join(folder, `${files}-${name}`);
  writeFileSync(file, content);
  return file;
}

export interface LineParts {
  readonly account?: unknown;
  readonly region?: unknown;
  readonly arn?: unknown;
  readonly session?: unknown;
  readonly at?: unknown;
  readonly elapsed?: unknown;
  readonly vcpuHours?: unknown;
  readonly gbHours?: unknown;
}

/** 2026-11-01T00:00:00Z */
export const startAt = 1_793_491_200_000;

/** A usage record as the service writes it; a part that is `undefined` is left out of the line. */
export function recordOf(parts: LineParts): unknown {
  const account = "account" in parts ? parts.account : "111122223333";
  const region = "region" in parts ? parts.region : "us-east-1";
  const arn =
    "arn" in parts
      ? parts.arn
      : `arn:aws:bedrock-agentcore:us-east-1:111122223333:code-interpreter-custom/tool-VbMl9Hi8I4`;
  return {
    resource_arn: arn,
    event_timestamp: "at" in parts ? parts.at : startAt,
    resource: { "cloud.provider": "aws", "service.name": "AgentCore.CodeInterpreter", "cloud.region": region },
    attributes: {
      "account.id": account,
      region,
      "resource.id": arn,
      "session.id": "session" in parts ? parts.session : "01K71MX1HF2ZVXFV3HTGJZWE1Z",
      time_elapsed_seconds: "elapsed" in parts ? parts.elapsed : 1,
    },
    metrics: {
      "codeInterpreter.vcpu.hours.used": "vcpuHours" in parts ? parts.vcpuHours : 0.000125,
      "codeInterpreter.memory.gb_hours.used": "gbHours" in parts ? parts.gbHours : 0.00025,
    },
  };
}

export const lineOf = (parts: LineParts): string => JSON.stringify(recordOf(parts));
