import type { Reply, Request } from "../../service.ts";
import { checkedDatum, type MetricDatum } from "./checked-datum.ts";
import { invalidValue, missingParameter, tooLarge } from "./errors.ts";
import { putData } from "./store.ts";

/** Limits: API reference of PutMetricData, read 2026-11. */
const MAX_METRICS = 1000;
const MAX_BYTES = 1_048_576;

interface Asked {
  readonly Namespace: string;
  readonly MetricData?: readonly MetricDatum[];
  readonly EntityMetricData?: readonly { readonly MetricData?: readonly MetricDatum[] }[];
}

export function putMetricData({ input, place, now }: Request): Reply {
  const { Namespace: namespace, MetricData: plain = [], EntityMetricData: ofEntities = [] } = input as unknown as Asked;
  // The limit holds for the uncompressed request. The members weigh what the client sent but for its white space.
  const bytes = Buffer.byteLength(JSON.stringify(input));
  if (bytes > MAX_BYTES) throw tooLarge(bytes, MAX_BYTES);
  checkNamespace(namespace);
  const data = [
    ...plain.map((datum, index) => ({ datum, path: `MetricData.member.${index + 1}` })),
    ...ofEntities.flatMap((entity, outer) =>
      (entity.MetricData ?? []).map((datum, index) => ({
        datum,
        path: `EntityMetricData.member.${outer + 1}.MetricData.member.${index + 1}`,
      })),
    ),
  ];
  if (data.length === 0) throw missingParameter("The parameter MetricData is required.");
  if (data.length > MAX_METRICS) {
    throw invalidValue(`The collection MetricData must not have a size greater than ${MAX_METRICS}.`);
  }
  // Nothing of a refused request is kept.
  putData(
    place,
    data.map(({ datum, path }) => checkedDatum(namespace, datum, path, now)),
    now,
  );
  return { body: {} };
}

function checkNamespace(namespace: string): void {
  if (namespace.startsWith("AWS/") || !/^[ A-Za-z0-9._\-/#:]+$/.test(namespace) || namespace.trim() === "") {
    throw invalidValue(`The value ${namespace} for parameter Namespace is invalid.`);
  }
}
