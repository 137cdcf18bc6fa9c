import { type BillFormat, billFile, billFormats } from "../bill/bill-file.ts";
import { type HttpReply, jsonReply } from "../wire/http.ts";
import type { Billing, World } from "../world.ts";
import { parseBody } from "./parse-body.ts";

/** A month's bill, as a file; without a month, what is switched. */
export function billReply(world: World, query: URLSearchParams): HttpReply {
  const month = query.get("month");
  const format = query.get("format") ?? "focus";
  if (month === null) return jsonReply(200, switchesOf(world));
  const isFormat = (text: string): text is BillFormat => billFormats.some((each) => each === text);
  if (!/^20\d\d-(0[1-9]|1[0-2])$/.test(month)) return refused(["month must be a month, for example ?month=2026-11"]);
  if (!isFormat(format)) return refused([`format must be one of ${billFormats.join(", ")}`]);
  return {
    status: 200,
    headers: { "content-type": "text/csv; charset=utf-8" },
    body: billFile(world, month, format, world.clock.now()),
  };
}

const refusals: readonly NonNullable<Billing["refusal"]>[] = [
  "DataUnavailableException",
  "BillExpirationException",
  "LimitExceededException",
];

/** Switches how the bill departs from the records: `drift` by Region, and an error that Cost Explorer answers. */
export function switchBill(world: World, body: Buffer): HttpReply {
  const parsed = parseBody(body, '{"drift":{"us-east-1":1.25},"refusal":null}');
  if ("problems" in parsed) return refused(parsed.problems);
  const { drift = {}, refusal, ...unknown } = parsed.value;
  const factors = typeof drift === "object" && drift !== null && !Array.isArray(drift) ? Object.entries(drift) : null;
  const known = refusals.find((each) => each === refusal) ?? null;
  const problems = [
    ...Object.keys(unknown).map((name) => `${name} is not known (known: drift, refusal)`),
    ...(factors === null ? ['drift must be factors by Region, for example {"us-east-1":1.25}'] : []),
    ...(factors ?? [])
      .filter(([, factor]) => !(typeof factor === "number" && factor >= 0 && factor <= 10))
      .map(([region]) => `drift.${region} must be a number from 0 to 10`),
    ...(refusal === undefined || refusal === null || known !== null
      ? []
      : [`refusal must be null or one of ${refusals.join(", ")}`]),
  ];
  if (problems.length > 0) return refused(problems);
  for (const [region, factor] of factors ?? []) {
    world.billing.driftMillionths.set(region, Math.round(Number(factor) * 1_000_000));
  }
  if (refusal !== undefined) world.billing.refusal = known;
  return jsonReply(200, switchesOf(world));
}

const switchesOf = ({ billing }: World): object => ({
  drift: Object.fromEntries(
    [...billing.driftMillionths].map(([region, millionths]) => [region, millionths / 1_000_000]),
  ),
  refusal: billing.refusal,
});

const refused = (problems: readonly string[]): HttpReply => jsonReply(400, { message: problems.join("; "), problems });
