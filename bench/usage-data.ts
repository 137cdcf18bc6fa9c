import { closeSync, existsSync, mkdirSync, openSync, renameSync, writeSync } from "node:fs";
import path from "node:path";
import { randomOf } from "./random.ts";

const folder = path.join(import.meta.dirname, ".data");
const liveSessions = 500;
const recordsPerSession = 400;
const regions = ["us-east-1", "us-west-2", "eu-west-1", "ap-northeast-1"];

/**
 * A file of usage records as a log group gives them: sessions interleaved, stamps with jitter, one line in ten late, one
 * in a hundred delivered twice, one in ten thousand no record. The same for the same `records` and `seed`; made once.
 */
export function usageFile(records: number, seed: number): string {
  const file = path.join(folder, `usage-${records}-${seed}.ndjson`);
  if (existsSync(file)) return file;
  mkdirSync(folder, { recursive: true });
  const unfinished = `${file}.unfinished`;
  const output = openSync(unfinished, "w");
  let pending = "";
  for (const line of linesOf(records, randomOf(seed))) {
    pending += `${line}\n`;
    if (pending.length < 1 << 20) continue;
    writeSync(output, pending);
    pending = "";
  }
  writeSync(output, pending);
  closeSync(output);
  renameSync(unfinished, file);
  return file;
}

interface Session {
  readonly region: string;
  readonly arn: string;
  readonly id: string;
  at: number;
  left: number;
  readonly memoryGb: number;
  readonly busy: boolean;
}

function* linesOf(records: number, random: () => number): Generator<string> {
  let born = 0;
  const bear = (): Session => {
    const number = born++;
    const region = regions[number % regions.length] ?? "us-east-1";
    return {
      region,
      arn: `arn:aws:bedrock-agentcore:${region}:111122223333:code-interpreter-custom/tool${number % 50}-VbMl9Hi8I4`,
      id: `01K71MX1HF2ZVXFV${String(number).padStart(10, "0")}`,
      at: 1_790_912_445_000 + Math.floor((number / liveSessions) * 400_000 + random() * 100_000),
      left: recordsPerSession,
      memoryGb: 0.3 + 2 * random(),
      busy: random() < 0.5,
    };
  };
  const live = Array.from({ length: liveSessions }, bear);
  const late: string[] = [];
  for (let made = 0; made < records; ) {
    const place = Math.floor(random() * live.length);
    const session = live[place] ?? bear();
    const line = recordOf(session, random);
    if (--session.left === 0) live[place] = bear();
    const fate = random();
    if (fate < 0.0001) yield '{"message":"delivery permission validation';
    else if (fate < 0.1) late.push(line);
    else yield line;
    if (fate > 0.99) late.push(line);
    made += fate > 0.99 ? 2 : 1;
    if (late.length > 200) yield late.splice(Math.floor(random() * 200), 1)[0] ?? "";
  }
  yield* late;
}

function recordOf(session: Session, random: () => number): string {
  session.at += 970 + Math.floor(random() * 60);
  const elapsed = random() < 0.95 ? 1 : Math.round(120 * random()) / 100;
  const vcpuHours = (random() * (session.busy ? 1.2 : 0.001) * elapsed) / 3600;
  const gbHours = (session.memoryGb * (0.8 + 0.4 * random()) * elapsed) / 3600;
  const { arn, region, id, at } = session;
  return `{"resource_arn":"${arn}","event_timestamp":${at},"resource":{"cloud.provider":"aws","service.name":"AgentCore.CodeInterpreter","cloud.region":"${region}"},"attributes":{"account.id":"111122223333","region":"${region}","resource.id":"${arn}","session.id":"${id}","time_elapsed_seconds":${elapsed.toFixed(2)}},"metrics":{"codeInterpreter.vcpu.hours.used":${vcpuHours.toFixed(15)},"codeInterpreter.memory.gb_hours.used":${gbHours.toFixed(15)}}}`;
}
