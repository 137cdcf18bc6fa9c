import * as z from "zod";
import type { Attribution } from "../../core/attribution/attribution.ts";
import type { Budget } from "../../core/budget/budget.ts";
import { attributionOf } from "./attribution-of.ts";
import { attributionSchema } from "./attribution-schema.ts";
import { budgetsOf } from "./budgets-of.ts";
import { budgetsSchema } from "./budgets-schema.ts";

const schema = z.object({ attribution: attributionSchema, budgets: budgetsSchema });

/** Rules and budgets of a `DeployedConfiguration`. Throws where it is not what was deployed. */
export function deployedLabels(read: unknown): {
  readonly attribution: Attribution;
  readonly budgets: readonly Budget[];
} {
  const { attribution, budgets } = schema.parse(read);
  return { attribution: attributionOf(attribution), budgets: budgetsOf(budgets) };
}
