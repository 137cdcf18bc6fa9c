import {
  type AttributeValue,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  type GetItemCommandInput,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import type { SessionKey } from "../../core/billing/usage-record.ts";
import type { Target } from "../../core/inventory/target.ts";
import { type Instant, instant } from "../../core/kernel/instant.ts";
import { mapConcurrently } from "../../core/kernel/map-concurrently.ts";
import type { SessionBill } from "../../core/ledger/charge.ts";
import type { Ledger, LedgerSession, ListedSession, ReadMark } from "../../core/ports/ledger.ts";
import type { AccountText } from "../../core/ports/ledger-text.ts";
import { conditionally } from "./conditionally.ts";
import type { Item } from "./items.ts";
import {
  keyOfOpen,
  ledgerKey,
  ledgerPartition,
  listedAttributes,
  listedOfItem,
  markItem,
  markKey,
  markOfItem,
  markTimes,
  openItem,
  sessionItem,
  sessionOfItem,
} from "./ledger-items.ts";
import { projectionOf, queryAll, queryPages } from "./query.ts";
import { registryError } from "./registry-error.ts";

// On-demand tables take thousands of reads a second; this only bounds sockets.
const readsAtOnce = 16;

/**
 * Keeps the ledger in the table of the registry, with conditional writes of single items only.
 *
 * The session's item decides. Beside it stands a mark for each session that is not closed, so that `open` reads those
 * alone: set before the session is written as open, taken away after it is written as closed, each under a condition on the
 * revision. So the marks are always at least the open sessions, wherever a run was killed.
 */
export function dynamodbLedger(client: DynamoDBClient, table: string, text: AccountText): Ledger {
  const attempt = async <T>(operation: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw registryError(error, operation, table);
    }
  };
  const get = async (Key: Item, projection: Partial<GetItemCommandInput> = {}): Promise<Item | undefined> =>
    (await client.send(new GetItemCommand({ TableName: table, Key, ConsistentRead: true, ...projection }))).Item;
  const put = (Item: Item, ConditionExpression: string, values?: Readonly<Record<string, AttributeValue>>) =>
    conditionally(() =>
      client.send(
        new PutItemCommand({
          TableName: table,
          Item,
          ConditionExpression,
          ...(values === undefined ? {} : { ExpressionAttributeValues: values }),
        }),
      ),
    );

  const stored = async (key: SessionKey): Promise<LedgerSession | null> => {
    const item = await get(ledgerKey(key, "session"));
    return item === undefined ? null : sessionOfItem(item, text);
  };

  const listed = async (key: SessionKey): Promise<ListedSession | null> => {
    const item = await get(ledgerKey(key, "session"), listedProjection);
    return item === undefined ? null : listedOfItem(item);
  };

  const markOpen = (bill: SessionBill, revision: number): Promise<boolean> => {
    const item = openItem(bill, revision);
    return put(item, "attribute_not_exists(pk) OR revision <= :next", { ":next": { N: String(revision) } });
  };

  const unmarkOpen = (bill: SessionBill, revision: number): Promise<boolean> =>
    conditionally(() =>
      client.send(
        new DeleteItemCommand({
          TableName: table,
          Key: ledgerKey(bill, "open"),
          // A later writer that opened it again has marked it with its own revision.
          ConditionExpression: "attribute_not_exists(pk) OR revision <= :next",
          ExpressionAttributeValues: { ":next": { N: String(revision) } },
        }),
      ),
    );

  const advance = async (target: Target, mark: ReadMark): Promise<void> => {
    const Key = markKey(target, mark.source);
    for (;;) {
      const item = await get(Key);
      const before = item === undefined ? null : markOfItem(item);
      const written =
        before === null
          ? await put(markItem(target, mark), "attribute_not_exists(pk)")
          : await put(
              markItem(target, {
                source: mark.source,
                readUntil: laterOf(before.readUntil, mark.readUntil),
                finalUntil: laterOf(before.finalUntil, mark.finalUntil),
                checkedUntil: laterOf(before.checkedUntil, mark.checkedUntil),
              }),
              Object.keys(markTimes(before))
                .map((name) => `${name} = :${name}`)
                .join(" AND "),
              Object.fromEntries(Object.entries(markTimes(before)).map(([name, value]) => [`:${name}`, value])),
            );
      if (written) return;
    }
  };

  return {
    marks: (target) => attempt("Query", () => queryAll(client, table, ledgerPartition(target), "mark#", markOfItem)),
    advance: (target, mark) => attempt("GetItem and PutItem", () => advance(target, mark)),
    sessions: (keys) => attempt("GetItem", () => mapConcurrently(keys, readsAtOnce, stored)),
    put: (session) =>
      attempt("PutItem and DeleteItem", async () => {
        const { bill, revision } = session;
        const isClosed = session.state === "closed";
        const item = sessionItem(session, text);
        if (!isClosed) await markOpen(bill, revision + 1);
        const written =
          revision === 0
            ? await put(item, "attribute_not_exists(pk)")
            : await put(item, "revision = :revision", { ":revision": { N: String(revision) } });
        if (written && isClosed) await unmarkOpen(bill, revision + 1);
        return written ? "written" : "stale";
      }),
    open: (target) =>
      attempt("Query and GetItem", async () => {
        const keys = await queryAll(client, table, ledgerPartition(target), "open#", keyOfOpen);
        const sessions = await mapConcurrently(keys, readsAtOnce, listed);
        return sessions.flatMap((session) => (session === null || session.state === "closed" ? [] : [session]));
      }),
    closed: async function* (target) {
      try {
        for await (const items of queryPages(client, table, ledgerPartition(target), "session#", listedAttributes)) {
          for (const { state, bill } of items.map(listedOfItem)) if (state === "closed") yield bill;
        }
      } catch (error) {
        throw registryError(error, "Query", table);
      }
    },
  };
}

const listedProjection = projectionOf(listedAttributes);

const laterOf = (a: Instant, b: Instant): Instant => instant(Math.max(a, b));
