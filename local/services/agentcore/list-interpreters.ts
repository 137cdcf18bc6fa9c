import type { Reply, Request } from "../../service.ts";
import type { LocalInterpreter } from "../../world.ts";
import { settled } from "./interpreter-life.ts";
import { isoTime } from "./iso-time.ts";
import { pageOf } from "./listing.ts";

interface Asked {
  readonly maxResults?: number;
  readonly nextToken?: string;
  readonly type?: "SYSTEM" | "CUSTOM";
}

export function listInterpreters({ world, place, now, input }: Request): Reply {
  const { maxResults, nextToken, type } = input as Asked;
  settled(place, now);
  // AWS does not say whether a listing without a type includes the SYSTEM interpreter, nor how large its pages get.
  const wanted = type ?? (world.unknowns.untypedListing === "custom" ? "CUSTOM" : undefined);
  const size = Math.min(maxResults ?? 10, world.unknowns.interpreterPageMax);
  const page = pageOf<LocalInterpreter>(
    { world, place, now, subject: `interpreters/${type ?? "any"}`, maxResults: size, nextToken },
    (interpreter) => interpreter.id,
    (at) =>
      [...place.interpreters.values()].filter(
        (interpreter) => interpreter.createdAt <= at && (wanted === undefined || interpreter.kind === wanted),
      ),
  );
  return { body: { codeInterpreterSummaries: page.items.map(summaryOf), nextToken: page.nextToken } };
}

const summaryOf = (interpreter: LocalInterpreter): object => ({
  codeInterpreterId: interpreter.id,
  codeInterpreterArn: interpreter.arn,
  name: interpreter.name,
  description: interpreter.description ?? undefined,
  status: interpreter.status,
  createdAt: isoTime(interpreter.createdAt),
  lastUpdatedAt: isoTime(interpreter.lastUpdatedAt),
});
