import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { memoryDocuments } from "../../adapters/memory/documents.ts";
import {
  disarmedEvent,
  notDisarmedEvent,
  policyDisarmedEvent,
  protectionLapsingEvent,
  refusedEvent,
  regrettedEvent,
  runawayEvent,
  stopPlannedEvent,
  stopRecordEvent,
} from "../../core/cleanup/cleanup-events.ts";
import type { PlanEntry } from "../../core/cleanup/plan/plan.ts";
import { toldProtection } from "../../core/cleanup/policy/told-protection.ts";
import { tellCleanup } from "../../core/jobs/sweep/tell/tell-cleanup.ts";
import { accountId, interpreterId, region, sessionId } from "../../core/kernel/ids.ts";
import { instant, plusMs } from "../../core/kernel/instant.ts";
import { parseUsd } from "../../core/kernel/money.ts";
import type { OutgoingEvent, SendEvents } from "../../core/ports/events.ts";
import type { StopRecord } from "../../core/ports/stops.ts";
import { publishedSchema, violations } from "../schema/json-schema.ts";
import { sha256 } from "../sweep/sweep-world.ts";

const now = instant(Date.UTC(2026, 10, 20, 12));
const never = new AbortController().signal;
const target = { account: accountId("111122223333"), region: region("us-east-1") };
const span = { from: plusMs(now, -3_600_000), until: plusMs(now, -1_200_000) };
const entry: PlanEntry = {
  key: { ...target, interpreter: interpreterId("tool-VbMl9Hi8I4"), session: sessionId("01SESSION") },
  arn: "arn:aws:bedrock-agentcore:us-east-1:111122223333:code-interpreter-custom/tool-VbMl9Hi8I4",
  interpreterKind: "CUSTOM",
  name: "\u001b[31m<b>/%\ud800",
  createdAt: plusMs(now, -7_200_000),
  timeoutSeconds: 28_800,
  policy: { id: "leaks", hash: "ab".repeat(32) },
  decision: {
    action: "stop",
    reason: "idle-observed",
    text: "It was idle.",
    horizon: span.until,
    idleSince: span.from,
    dueAt: null,
  },
  evidence: {
    cpu: {
      kind: "known",
      asOf: now,
      covered: span,
      quietSince: span.from,
      lastBusyAt: null,
      lastRecordAt: span.until,
      hotSince: null,
      memoryBytes: 134_217_728,
    },
    calls: {
      kind: "known",
      asOf: now,
      of: "interpreter",
      window: span,
      inFlightUntil: span.until,
      maybeInFlight: Array.from({ length: 5000 }, () => span),
    },
    status: "READY",
    lastUpdatedAt: null,
  },
  digest: "cd".repeat(32),
};
const stop: StopRecord = {
  id: "1",
  revision: 2,
  key: entry.key,
  plan: "20261120T120000000Z-0123456789abcdef",
  attempt: 1,
  clientToken: "ef".repeat(32),
  entry,
  override: null,
  state: "stopped",
  intendedAt: now,
  decidedAt: plusMs(now, 500),
  problem: null,
};
const session = {
  target,
  interpreter: entry.key.interpreter,
  interpreterKind: "CUSTOM" as const,
  id: entry.key.session,
  name: entry.name,
  status: "READY",
  createdAt: entry.createdAt,
  lastUpdatedAt: null,
  timeoutSeconds: 28_800,
};
const match = { account: null, region: null, interpreter: null, session: null, name: null };
const lifted = toldProtection({ match, source: "hand", until: plusMs(now, 60_000), why: "a demo" });
const refused = { kind: "refused" as const, entry, reason: "breaker" as const, message: "5 are more than 4." };

const events: readonly (OutgoingEvent | null)[] = [
  stopPlannedEvent(now, stop.plan, entry, false),
  stopRecordEvent(now, stop),
  stopRecordEvent(now, { ...stop, override: { by: "ada", reason: "why", protection: lifted } }),
  stopRecordEvent(now, { ...stop, state: "failed", problem: { code: "AccessDenied", message: "It was refused." } }),
  refusedEvent(now, [refused]),
  disarmedEvent(now, { state: "disarmed", by: "ada", why: null, at: now }),
  policyDisarmedEvent(now, { policy: "usual", why: "2 of 10 stops were regretted", at: now }),
  notDisarmedEvent(now, { armedAt: now, why: "2 of 10", problem: { code: "AccessDenied", message: "Not allowed." } }),
  notDisarmedEvent(now, { armedAt: null, why: "2 of 10", problem: { code: "AccessDenied", message: "Not allowed." } }),
  regrettedEvent(now, { stop, how: "called", at: now }),
  runawayEvent(now, { session }, { hot: { since: span.from, until: span.until }, usd: parseUsd("1.5") }),
  runawayEvent(now, { session }, { hot: null, usd: parseUsd("1.5") }),
  protectionLapsingEvent(now, { match, source: "hand", until: plusMs(now, 3_600_000), why: "a demo" }),
];
const all = events.flatMap((event) => event ?? []);

describe("the events of clean-up", () => {
  it("have published schemas that they keep, and name a section of the runbook", () => {
    const runbook = readFileSync(new URL("../../docs/runbook.md", import.meta.url), "utf8");
    const sections = [...runbook.matchAll(/^## (.+)$/gm)].map(([, title]) =>
      (title ?? "").toLowerCase().replaceAll(" ", "-"),
    );
    for (const { detailType, detail } of all) {
      const file = `../events/${detailType.toLowerCase().replaceAll(" ", "-")}.schema.json`;
      expect([detailType, violations(publishedSchema(file), detail)]).toEqual([detailType, []]);
      expect(sections).toContain(String(detail["runbook"]).split("#")[1]);
    }
    expect(all).toHaveLength(events.length);
  });

  it("tell the evidence of a stop, cut to what an event can carry", () => {
    const [planned, stopped] = all;
    expect(stopped?.detail).toMatchObject({
      reason: "idle-observed",
      evidence: { cpu: { kind: "known" }, status: "READY" },
    });
    expect(JSON.stringify(planned?.detail).length).toBeLessThan(5000);
  });

  it("have an id of their own, which is the same for the same happening at another time", () => {
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length - 1);
    expect(all.map(({ id, detail }) => detail["id"] === id)).toEqual(all.map(() => true));
    const later = stopPlannedEvent(plusMs(now, 60_000), "another", entry, false);
    expect(later.id).toBe(all[0]?.id);
    expect(stopPlannedEvent(now, stop.plan, entry, true).id).not.toBe(all[0]?.id);
  });

  it("say nothing of a stop that is not decided, or of a session that was gone already", () => {
    for (const state of ["intended", "already-gone", "abandoned"] as const) {
      expect(stopRecordEvent(now, { ...stop, state })).toBeNull();
    }
    expect(refusedEvent(now, [{ ...refused, reason: "cap" }])).toBeNull();
  });
});

describe("telling of clean-up", () => {
  const [first, second] = all;
  if (first === undefined || second === undefined) throw new Error("two events were to be made");
  function outbox(answer: (events: readonly OutgoingEvent[]) => ReturnType<SendEvents>) {
    const sent: string[][] = [];
    const documents = memoryDocuments();
    const sendEvents: SendEvents = (batch) => {
      sent.push(batch.map(({ id }) => id));
      return answer(batch);
    };
    return { sent, documents, tell: tellCleanup({ documents, sendEvents, sha256 }) };
  }
  const taken = async (batch: readonly OutgoingEvent[]) => batch.map(() => ({ sent: true as const }));

  it("sends each happening once, however many passes see it", async () => {
    const { sent, tell } = outbox(taken);
    for (let minute = 0; minute < 3; minute += 1) await tell(plusMs(now, minute * 60_000), [first, first], true, never);
    await tell(plusMs(now, 240_000), [first, second], true, never);
    expect(sent).toEqual([[first.id], [second.id]]);
  });

  it("sends later what was refused, and what a killed run had claimed once its claim is over", async () => {
    let answer: "refuse" | "die" | "take" = "refuse";
    const { sent, tell, documents } = outbox(async (batch) => {
      if (answer === "die") throw new Error("killed");
      return batch.map(() => (answer === "take" ? { sent: true } : { sent: false, reason: "full" }));
    });
    const refusedOnce = await tell(now, [first], true, never);
    expect(refusedOnce.events).toMatchObject([{ result: "unsent", reason: "full" }]);
    answer = "die";
    await expect(tell(plusMs(now, 1), [], true, never)).rejects.toThrow("killed");
    answer = "take";
    expect((await tell(plusMs(now, 2), [], true, never)).events).toMatchObject([{ result: "sent" }]);
    expect(sent).toHaveLength(3);
    // A claim that nobody settled.
    const hung = tellCleanup({ documents, sha256, sendEvents: () => new Promise(() => {}) });
    void hung(plusMs(now, 3), [second], true, never);
    await new Promise((resolve) => setImmediate(resolve));
    expect((await tell(plusMs(now, 60_000), [], true, never)).events).toEqual([]);
    expect((await tell(plusMs(now, 11 * 60_000), [], true, never)).events).toMatchObject([{ result: "sent" }]);
  });

  it("tells nobody where nothing is published, and does not make up for it later", async () => {
    const { sent, tell } = outbox(taken);
    expect((await tell(now, [first], false, never)).events).toMatchObject([{ result: "withheld" }]);
    expect((await tell(now, [first], true, never)).events).toEqual([]);
    expect(sent).toEqual([]);
  });
});
