import type { Plan } from "../cleanup/plan/plan.ts";
import { array, at, object, type Read, string } from "./read-stored.ts";
import { planEntryOf } from "./stop-text.ts";

/** Reads a plan out of a value of JSON. Throws `SyntaxError` with the place on one of another shape; whether it is genuine is for others to say. */
export const planOf: Read<Plan> = (value, place) => {
  const item = object(value, place);
  return {
    id: string(item["id"], `${place}.id`),
    madeAt: at(item["madeAt"], `${place}.madeAt`),
    expiresAt: at(item["expiresAt"], `${place}.expiresAt`),
    entries: array(item["entries"], `${place}.entries`).map((entry, index) =>
      planEntryOf(entry, `${place}.entries[${index}]`),
    ),
  };
};
