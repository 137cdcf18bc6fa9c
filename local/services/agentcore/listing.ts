import { createHash } from "node:crypto";
import { hashText } from "../../fleet/random.ts";
import type { Place, World } from "../../world.ts";
import { invalidField } from "./errors.ts";

/** How long a listing can be continued, in wall time. AWS does not say; a day would outlive this server's use. */
const tokenLifeMs = 3_600_000;
/** What both listings give where the request names no size. */
const defaultPageSize = 10;

export interface ListingRequest {
  readonly world: World;
  readonly place: Place;
  readonly now: number;
  /** What the listing is of: a token of another one is refused. */
  readonly subject: string;
  readonly maxResults: number | undefined;
  readonly nextToken: string | undefined;
}

interface Position {
  /** Emulated time of the first page: every page shows the world as of then. */
  readonly snapshotAt: number;
  /** Wall time of the first page. */
  readonly wallAt: number;
  /** Id of the last item given. */
  readonly after: string | null;
}

/**
 * One page of a listing in no order that a client could rely on, in which nothing is lost or doubled while items come and
 * go: all pages show one moment, in an order shuffled by that moment and the seed, and the token carries both.
 */
export function pageOf<T>(
  request: ListingRequest,
  idOf: (item: T) => string,
  itemsAt: (snapshotAt: number) => readonly T[],
): { readonly items: readonly T[]; readonly nextToken: string | undefined; readonly snapshotAt: number } {
  const position = positionOf(request);
  const { snapshotAt } = position;
  const seed = hashText(request.world.seed, String(snapshotAt));
  const order = (id: string): number => hashText(seed, id);
  const ranked = itemsAt(snapshotAt)
    .map((item) => ({ item, id: idOf(item), rank: order(idOf(item)) }))
    .filter((each) => position.after === null || isAfter(each, { id: position.after, rank: order(position.after) }))
    .sort((a, b) => (isAfter(a, b) ? 1 : -1));
  const page = ranked.slice(0, request.maxResults ?? defaultPageSize);
  const last = page.at(-1);
  const more = last !== undefined && ranked.length > page.length;
  return {
    items: page.map(({ item }) => item),
    nextToken: more ? writeToken(request, { ...position, after: last.id }) : undefined,
    snapshotAt,
  };
}

type Ranked = { readonly id: string; readonly rank: number };

const isAfter = (a: Ranked, b: Ranked): boolean => a.rank > b.rank || (a.rank === b.rank && a.id > b.id);

function positionOf(request: ListingRequest): Position {
  const wall = request.world.clock.wall();
  if (request.nextToken === undefined) return { snapshotAt: request.now, wallAt: wall, after: null };
  const position = readToken(request, request.nextToken);
  if (position === null || wall - position.wallAt > tokenLifeMs) {
    throw invalidField("nextToken", "The nextToken is invalid or has expired. Start the listing again without it.");
  }
  return position;
}

/** Opaque to clients, and sealed: a token that was changed, or is of another listing, does not open. */
function writeToken(request: ListingRequest, position: Position): string {
  const text = JSON.stringify([position.snapshotAt, position.wallAt, position.after]);
  return `${Buffer.from(text).toString("base64url")}.${sealOf(request, text)}`;
}

function readToken(request: ListingRequest, token: string): Position | null {
  const [encoded = "", seal = ""] = token.split(".");
  const text = Buffer.from(encoded, "base64url").toString("utf8");
  if (seal !== sealOf(request, text)) return null;
  const [snapshotAt, wallAt, after] = JSON.parse(text) as [number, number, string];
  return { snapshotAt, wallAt, after };
}

const sealOf = ({ world, place, subject }: ListingRequest, text: string): string =>
  createHash("sha256")
    .update(JSON.stringify([world.seed, place.account, place.region, subject, text]))
    .digest("base64url")
    .slice(0, 22);
