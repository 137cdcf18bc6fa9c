import { countLookUp } from "../../fleet/look-ups.ts";
import type { Reply, Request } from "../../service.ts";
import { sessionNamed } from "./find.ts";
import { isoTime } from "./iso-time.ts";
import { shownStatusAt } from "./shown-status.ts";
import { echoedMembers } from "./start-session.ts";

export function getSession({ world, place, now, input }: Request): Reply {
  const { codeInterpreterIdentifier: id, sessionId } = input as {
    readonly codeInterpreterIdentifier: string;
    readonly sessionId: string;
  };
  countLookUp(place, id, "GetCodeInterpreterSession", now);
  const { session } = sessionNamed(place, id, sessionId, now);
  return {
    body: {
      codeInterpreterIdentifier: id,
      sessionId: session.id,
      name: session.name ?? undefined,
      createdAt: isoTime(session.createdAt),
      sessionTimeoutSeconds: session.timeoutSeconds,
      status: shownStatusAt(session, world, now),
      ...echoedMembers(session),
    },
  };
}
