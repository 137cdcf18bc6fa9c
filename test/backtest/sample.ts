import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";

const minuteMs = 60_000;
const begin = Date.UTC(2026, 10, 20, 8);

interface Sample {
  readonly session: string;
  readonly interpreter: string;
  readonly from: number;
  readonly until: number;
  /** Minutes in which it works; each is a call. */
  readonly work: readonly (readonly [number, number])[];
}

const arnOf = (interpreter: string): string =>
  `arn:aws:bedrock-agentcore:us-east-1:111122223333:code-interpreter-custom/${interpreter}`;

/** Two leaks, one that is called again, one that never rests, and one of an interpreter whose calls nobody recorded. */
const samples: readonly Sample[] = [
  { session: "01LEAKA", interpreter: "etl-abcdefghij", from: 20, until: 300, work: [[20, 24]] },
  { session: "01LEAKB", interpreter: "etl-abcdefghij", from: 45, until: 405, work: [[45, 60]] },
  {
    session: "01BACK",
    interpreter: "etl-abcdefghij",
    from: 30,
    until: 390,
    work: [
      [30, 35],
      [150, 160],
    ],
  },
  {
    session: "01BUSY",
    interpreter: "etl-abcdefghij",
    from: 25,
    until: 205,
    work: Array.from({ length: 30 }, (_, n) => [25 + 6 * n, 28 + 6 * n] as const),
  },
  { session: "01DARK", interpreter: "nb-abcdefghij", from: 60, until: 240, work: [[60, 62]] },
];

/** Writes usage records to usage/ (one file gzipped), spans to spans.ndjson and a policy. A record is of 10 s: files stay small. */
export function writeSample(folder: string): void {
  mkdirSync(path.join(folder, "usage"), { recursive: true });
  for (const sample of samples) {
    const text = `${linesOf(sample).join("\n")}\n`;
    const file = path.join(folder, "usage", `${sample.session}.ndjson`);
    if (sample.session === "01BUSY") writeFileSync(`${file}.gz`, gzipSync(text));
    else writeFileSync(file, text);
  }
  const spans = samples.filter(({ interpreter }) => interpreter.startsWith("etl")).flatMap(spansOf);
  writeFileSync(path.join(folder, "spans.ndjson"), `${spans.join("\n")}\n`);
  writeFileSync(
    path.join(folder, "sandmeter.policy.yaml"),
    "version: 1\npolicies: [{ id: default, idleAfter: 30m, minAge: 10m }]\n",
  );
}

function linesOf({ session, interpreter, from, until, work }: Sample): readonly string[] {
  const lines: string[] = [];
  for (let at = from * minuteMs; at < until * minuteMs; at += 10_000) {
    const works = work.some(([start, end]) => at >= start * minuteMs && at < end * minuteMs);
    lines.push(
      JSON.stringify({
        event_timestamp: begin + at,
        resource_arn: arnOf(interpreter),
        attributes: {
          "account.id": "111122223333",
          region: "us-east-1",
          "session.id": session,
          time_elapsed_seconds: 10,
        },
        metrics: {
          "codeInterpreter.vcpu.hours.used": (works ? 0.6 : 0.001) * (10 / 3600),
          "codeInterpreter.memory.gb_hours.used": 1.2 * (10 / 3600),
        },
      }),
    );
  }
  return lines;
}

const spansOf = ({ session, interpreter, work }: Sample): readonly string[] =>
  work.map(([from, until]) =>
    JSON.stringify({
      attributes: {
        "aws.operation.name": "InvokeCodeInterpreter",
        "aws.resource.arn": arnOf(interpreter),
        "toolsession.id": session,
        "aws.request.id": `${session}-${from}`,
      },
      startTimeUnixNano: `${begin + from * minuteMs}000000`,
      endTimeUnixNano: `${begin + until * minuteMs}000000`,
    }),
  );
