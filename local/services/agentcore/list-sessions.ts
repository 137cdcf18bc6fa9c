import { lastInvokeAt } from "../../fleet/calls.ts";
import { countLookUp } from "../../fleet/look-ups.ts";
import type { Reply, Request } from "../../service.ts";
import type { LocalSession, World } from "../../world.ts";
import { interpreterNamed } from "./find.ts";
import { isoTime } from "./iso-time.ts";
import { pageOf } from "./listing.ts";
import { shownStatusAt } from "./shown-status.ts";

interface Asked {
  readonly codeInterpreterIdentifier: string;
  readonly maxResults?: number;
  readonly nextToken?: string;
  readonly status?: "READY" | "TERMINATED";
}

/** Sessions of one interpreter, the ended ones too for 30 days, in no order. */
export function listSessions({ world, place, now, input }: Request): Reply {
  const { codeInterpreterIdentifier: id, maxResults, nextToken, status } = input as unknown as Asked;
  interpreterNamed(place, id, now);
  countLookUp(place, id, "ListCodeInterpreterSessions", now);
  const sessions = [...(place.sessions.get(id)?.values() ?? [])];
  const page = pageOf<LocalSession>(
    { world, place, now, subject: `sessions/${id}/${status ?? "any"}`, maxResults, nextToken },
    (session) => session.id,
    (at) => sessions.filter((session) => isListed(session, world, status, at)),
  );
  return {
    body: {
      items: page.items.map((session) => summaryOf(session, world, page.snapshotAt)),
      nextToken: page.nextToken,
    },
  };
}

function isListed(session: LocalSession, world: World, wanted: Asked["status"], at: number): boolean {
  const status = shownStatusAt(session, world, at);
  if (status !== "READY" && status !== "TERMINATED") return false;
  return wanted === undefined || wanted === status;
}

const summaryOf = (session: LocalSession, world: World, at: number): object => ({
  codeInterpreterIdentifier: session.interpreterId,
  sessionId: session.id,
  name: session.name ?? undefined,
  status: shownStatusAt(session, world, at),
  createdAt: isoTime(session.createdAt),
  lastUpdatedAt: isoTime(lastUpdatedAt(session, world, at)),
});

/** AWS does not say what moves it; in every public example it equals the creation. */
function lastUpdatedAt(session: LocalSession, world: World, at: number): number {
  if (world.unknowns.lastUpdatedAt === "created") return session.createdAt;
  return lastInvokeAt(session, at, (call) => call.isRefused !== true) ?? session.createdAt;
}
