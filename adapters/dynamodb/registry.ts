import {
  type AttributeValue,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import type { Target } from "../../core/inventory/target.ts";
import type { Instant } from "../../core/kernel/instant.ts";
import { mapConcurrently } from "../../core/kernel/map-concurrently.ts";
import type { Outbox } from "../../core/ports/outbox.ts";
import type { Registry, SessionRecord, TargetChange } from "../../core/ports/registry.ts";
import { sessionOfText, stateOfText, textOfState } from "../../core/ports/registry-text.ts";
import { conditionally } from "./conditionally.ts";
import {
  entriesOf,
  entryOf,
  eventOf,
  goneItem,
  headKey,
  type Item,
  numberOf,
  openItem,
  partitionOf,
  sessionKey,
  textOf,
} from "./items.ts";
import { queryAll } from "./query.ts";
import { registryError } from "./registry-error.ts";

// On-demand tables take thousands of writes a second; this only bounds sockets.
const writesAtOnce = 16;

/**
 * Remembers in one DynamoDB table (`pk`, `sk`, TTL attribute `expiresAt`) with conditional writes of single items only.
 *
 * A commit writes sessions first and the head of the target last. Sessions are observations that may be written twice and
 * in any order (an older one never replaces a newer); the head holds alerts, health and outbox in one item, under a
 * condition on the revision. A run that is killed between the writes leaves the old head: the next run finds the sessions
 * already there and does the rest again.
 */
export function dynamodbRegistry(client: DynamoDBClient, table: string): Registry & Outbox {
  const attempt = async <T>(operation: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw registryError(error, operation, table);
    }
  };

  const head = async (target: Target): Promise<Item | undefined> =>
    (await client.send(new GetItemCommand({ TableName: table, Key: headKey(target), ConsistentRead: true }))).Item;

  const putSession = async (target: Target, record: SessionRecord, at: Instant): Promise<void> => {
    const notNewer = {
      ConditionExpression: "attribute_not_exists(pk) OR observedAt <= :at",
      ExpressionAttributeValues: { ":at": { N: String(at) } },
    };
    const put = (item: Item): Promise<unknown> =>
      client.send(new PutItemCommand({ TableName: table, Item: item, ...notNewer }));
    if (record.goneAt === null) {
      await conditionally(() => put(openItem(target, record, at)));
      return;
    }
    const goneAt = record.goneAt;
    await conditionally(() => put(goneItem(target, { ...record, goneAt }, at)));
    const Key = sessionKey(target, "open", record);
    await conditionally(() => client.send(new DeleteItemCommand({ TableName: table, Key, ...notNewer })));
  };

  const putHead = (target: Target, revision: number, change: TargetChange): Promise<unknown> => {
    const state: AttributeValue = { S: textOfState({ alerts: change.alerts, health: change.health }) };
    const next: AttributeValue = { N: String(revision + 1) };
    const entries = change.newEvents.map((event, index) => ({ id: event.id, entry: entryOf(event, revision, index) }));
    if (revision === 0) {
      const events: AttributeValue = { M: Object.fromEntries(entries.map(({ id, entry }) => [id, entry])) };
      const item = { ...headKey(target), revision: next, state, events };
      const isNew = { ConditionExpression: "attribute_not_exists(pk)" };
      return client.send(new PutItemCommand({ TableName: table, Item: item, ...isNew }));
    }
    const added = entries.map((_, index) => `events.#e${index} = if_not_exists(events.#e${index}, :e${index})`);
    return client.send(
      new UpdateItemCommand({
        TableName: table,
        Key: headKey(target),
        UpdateExpression: `SET ${["revision = :next", "#state = :state", ...added].join(", ")}`,
        ConditionExpression: "revision = :revision",
        ExpressionAttributeNames: {
          "#state": "state",
          ...Object.fromEntries(entries.map(({ id }, index) => [`#e${index}`, id])),
        },
        ExpressionAttributeValues: {
          ":next": next,
          ":revision": { N: String(revision) },
          ":state": state,
          ...Object.fromEntries(entries.map(({ entry }, index) => [`:e${index}`, entry])),
        },
      }),
    );
  };

  const claim = (target: Target, id: string, until: number, now: number): Promise<boolean> =>
    conditionally(() =>
      client.send(
        new UpdateItemCommand({
          TableName: table,
          Key: headKey(target),
          UpdateExpression: "SET events.#id.claimedUntil = :until",
          ConditionExpression: "attribute_exists(events.#id) AND events.#id.claimedUntil <= :now",
          ExpressionAttributeNames: { "#id": id },
          ExpressionAttributeValues: { ":until": { N: String(until) }, ":now": { N: String(now) } },
        }),
      ),
    );

  const remove = async (target: Target, ids: readonly string[]): Promise<void> => {
    if (ids.length === 0) return;
    const UpdateExpression = `REMOVE ${ids.map((_, index) => `events.#e${index}`).join(", ")}`;
    const ExpressionAttributeNames = Object.fromEntries(ids.map((id, index) => [`#e${index}`, id]));
    const update = { TableName: table, Key: headKey(target), UpdateExpression, ExpressionAttributeNames };
    const isThere = { ConditionExpression: "attribute_exists(pk)" };
    await conditionally(() => client.send(new UpdateItemCommand({ ...update, ...isThere })));
  };

  const recordsUnder = (target: Target, prefix: "open#" | "gone#"): Promise<readonly SessionRecord[]> =>
    queryAll(client, table, partitionOf(target), prefix, (item) => sessionOfText(textOf(item, "record")));

  return {
    load: (target) =>
      attempt("GetItem and Query", async () => {
        const item = await head(target);
        const openSessions = await recordsUnder(target, "open#");
        if (item === undefined) return { revision: 0, openSessions, alerts: [], health: null, unsentEvents: [] };
        return {
          revision: numberOf(item, "revision"),
          openSessions,
          ...stateOfText(textOf(item, "state")),
          unsentEvents: entriesOf(item).map(eventOf),
        };
      }),
    commit: (target, revision, change) =>
      attempt("PutItem, UpdateItem and DeleteItem", async () => {
        // The condition below decides; this spares the sessions of a pass that has lost already.
        const item = await head(target);
        if ((item === undefined ? 0 : numberOf(item, "revision")) !== revision) return "stale";
        await mapConcurrently(change.sessions, writesAtOnce, (record) => putSession(target, record, change.at));
        return (await conditionally(() => putHead(target, revision, change))) ? "committed" : "stale";
      }),
    addGone: (target, sessions) =>
      attempt("PutItem", async () => {
        // One that lives lies apart, and hides what is added here.
        const isNew = { ConditionExpression: "attribute_not_exists(pk)" };
        await mapConcurrently(sessions, writesAtOnce, (record) =>
          conditionally(() =>
            client.send(
              new PutItemCommand({ TableName: table, Item: goneItem(target, record, record.goneAt), ...isNew }),
            ),
          ),
        );
      }),
    goneSince: (target, since) =>
      attempt("Query", async () => {
        const open = await recordsUnder(target, "open#");
        const again = new Set(open.map((record) => `${record.interpreter}#${record.session}`));
        const gone = await recordsUnder(target, "gone#");
        return gone
          .filter((record) => (record.goneAt ?? -1) >= since && !again.has(`${record.interpreter}#${record.session}`))
          .toSorted((a, b) => (b.goneAt ?? 0) - (a.goneAt ?? 0));
      }),
    take: (target, now, until) =>
      attempt("GetItem and UpdateItem", async () => {
        const item = await head(target);
        const free = item === undefined ? [] : entriesOf(item).filter((entry) => entry.claimedUntil <= now);
        const claims = await mapConcurrently(free, writesAtOnce, (entry) => claim(target, entry.id, until, now));
        return free.filter((_, index) => claims[index] === true).map(eventOf);
      }),
    settle: (target, sentIds, unsentIds) =>
      attempt("UpdateItem", async () => {
        await remove(target, sentIds);
        await mapConcurrently(unsentIds, writesAtOnce, (id) => claim(target, id, 0, Number.MAX_SAFE_INTEGER));
      }),
  };
}
