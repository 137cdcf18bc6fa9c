import type { Reply, Request } from "../../service.ts";
import { interpreterNamed } from "./find.ts";
import { isoTime } from "./iso-time.ts";

export function getInterpreter({ place, now, input }: Request): Reply {
  const { codeInterpreterId } = input as { readonly codeInterpreterId: string };
  const interpreter = interpreterNamed(place, codeInterpreterId, now);
  return {
    body: {
      codeInterpreterId: interpreter.id,
      codeInterpreterArn: interpreter.arn,
      name: interpreter.name,
      description: interpreter.description ?? undefined,
      networkConfiguration: { networkMode: interpreter.networkMode },
      status: interpreter.status,
      createdAt: isoTime(interpreter.createdAt),
      lastUpdatedAt: isoTime(interpreter.lastUpdatedAt),
      ...interpreter.echoed,
    },
  };
}
