export interface PriceListHead {
  readonly offerCode: string;
  readonly version: string;
  readonly publicationDate: string;
}

/** One price of an offer file, as it is written there. */
export interface PriceListLine {
  readonly sku: string;
  readonly usageType: string;
  readonly regionCode: string | null;
  /** `2025-10-01T00:00:00Z` in JSON, `2025-10-01` in CSV. */
  readonly effectiveDate: string;
  readonly unit: string;
  /** Null where it is in another currency. */
  readonly usd: string | null;
  /** Of the amounts that it holds for: `0` and `Inf` where there is one tier. */
  readonly from: string;
  readonly until: string;
  /** How many prices its term has. */
  readonly tiers: number;
}

export interface PriceListText {
  readonly head: PriceListHead;
  readonly lines: readonly PriceListLine[];
}

/** A file that is no price list, or not the one that is wanted. The message follows the file's name. */
export class PriceListError extends Error {
  override readonly name = "PriceListError";
}
