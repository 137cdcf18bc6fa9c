import type { LocalInterpreter, Place } from "../../world.ts";

/** How long creating and deleting an interpreter take, in emulated time. AWS gives no figure; seconds are usual. */
const changeMs = 5_000;

/** Changes under way, by interpreter. A fleet's own CREATING or DELETING interpreter has none: it is stuck on purpose. */
const changes = new WeakMap<LocalInterpreter, { readonly dueAt: number; readonly to: "READY" | "DELETED" }>();

export function startChange(interpreter: LocalInterpreter, to: "READY" | "DELETED", now: number): void {
  interpreter.status = to === "READY" ? "CREATING" : "DELETING";
  interpreter.lastUpdatedAt = now;
  changes.set(interpreter, { dueAt: now + changeMs, to });
}

/** Brings the place's interpreters up to `now`: to be called before they are looked at. */
export function settled(place: Place, now: number): void {
  for (const interpreter of place.interpreters.values()) {
    const change = changes.get(interpreter);
    if (change === undefined || now < change.dueAt) continue;
    changes.delete(interpreter);
    interpreter.status = change.to;
    interpreter.lastUpdatedAt = change.dueAt;
    if (change.to === "DELETED") {
      place.interpreters.delete(interpreter.id);
    }
  }
}
