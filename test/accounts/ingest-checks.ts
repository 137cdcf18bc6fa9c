import { priceLists, settings, wholeText } from "../ledger/account-fixtures.ts";
import type { Delivery } from "./ingest-fixture.ts";

/** The one item of a list that has to have one. */
export const only = <T>(items: readonly T[]): T => {
  const [first] = items;
  if (first === undefined || items.length !== 1) throw new Error(`${items.length} items`);
  return first;
};

/** Stands where a value has to be there. */
export const fail = (): never => {
  throw new Error("missing");
};

/** What one pass over all records of a session says, in the form of `text` of the bench. */
export const textOf = (deliveries: readonly Delivery[], session: string): string =>
  wholeText(
    deliveries.filter(({ key }) => key.session === session).map(({ figures }) => figures),
    priceLists.newRule,
    settings,
  );
