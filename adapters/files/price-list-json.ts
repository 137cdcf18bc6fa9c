import { PriceListError, type PriceListLine, type PriceListText } from "./price-list-line.ts";

type Members = Readonly<Record<string, unknown>>;

/** The JSON form: products and terms apart, joined by the SKU. Only on-demand terms are prices of use. */
export function jsonPriceList(text: string): PriceListText {
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch (error) {
    throw new PriceListError("it is no valid JSON", { cause: error });
  }
  if (!isObject(root)) throw new PriceListError("it is no price list: an object was expected");
  const products = objectAt(root, "products");
  const onDemand = objectAt(objectAt(root, "terms"), "OnDemand");
  const lines = Object.entries(products).flatMap(([sku, product]) => {
    const attributes = objectAt(isObject(product) ? product : {}, "attributes");
    const usageType = textAt(attributes, "usagetype") ?? "";
    return Object.values(objectAt(onDemand, sku)).flatMap((term) =>
      isObject(term) ? linesOf(sku, usageType, textAt(attributes, "regionCode"), term) : [],
    );
  });
  return {
    head: {
      offerCode: textAt(root, "offerCode") ?? "",
      version: textAt(root, "version") ?? "",
      publicationDate: textAt(root, "publicationDate") ?? "",
    },
    lines,
  };
}

function linesOf(sku: string, usageType: string, regionCode: string | null, term: Members): readonly PriceListLine[] {
  const dimensions = Object.values(objectAt(term, "priceDimensions")).filter(isObject);
  return dimensions.map((dimension) => ({
    sku,
    usageType,
    regionCode,
    effectiveDate: textAt(term, "effectiveDate") ?? "",
    unit: textAt(dimension, "unit") ?? "",
    usd: textAt(objectAt(dimension, "pricePerUnit"), "USD"),
    // The files say beginRange and endRange; the guide calls them startingRange and endingRange.
    from: textAt(dimension, "beginRange") ?? textAt(dimension, "startingRange") ?? "",
    until: textAt(dimension, "endRange") ?? textAt(dimension, "endingRange") ?? "",
    tiers: dimensions.length,
  }));
}

const isObject = (value: unknown): value is Members =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function objectAt(from: Members, name: string): Members {
  const value = Object.hasOwn(from, name) ? from[name] : undefined;
  return isObject(value) ? value : {};
}

function textAt(from: Members, name: string): string | null {
  const value = Object.hasOwn(from, name) ? from[name] : undefined;
  return typeof value === "string" && value !== "" ? value : null;
}
