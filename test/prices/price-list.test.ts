import { describe, expect, it } from "vitest";
import { parseCsv } from "../../adapters/files/csv.ts";
import { readPriceList } from "../../adapters/files/price-list.ts";
import { csvOffer, jsonOffer, type OfferItem, pair } from "./offer-fixture.ts";

const vcpu: OfferItem = { sku: "V", usage: "USE1-CodeInterpreter:Consumption-based:vCPU" };

describe.each([
  ["JSON", jsonOffer],
  ["CSV", csvOffer],
])("an offer file in %s", (_, written) => {
  it("gives the prices of Code Interpreter, and nothing of other tools, terms and the rest", () => {
    const list = readPriceList(
      written([
        ...pair("USE1", "us-east-1", "0.0895000000", "0.0094500000"),
        { sku: "B", usage: "USE1-BrowserTool:Consumption-based:vCPU" },
        { sku: "R", usage: "USE1-Runtime:Consumption-based:Memory" },
        { ...vcpu, sku: "Z", term: "Reserved" },
      ]),
    );
    expect(list.head).toEqual({
      offerCode: "AmazonBedrockAgentCore",
      version: "20261101000000",
      publicationDate: "2026-11-01T00:00:00Z",
    });
    const startsAt = Date.parse("2026-11-01T00:00:00Z");
    expect(list.prices).toEqual([
      { region: "us-east-1", meter: "vcpu", startsAt, usd: "0.0895000000" },
      { region: "us-east-1", meter: "memory", startsAt, usd: "0.0094500000" },
    ]);
    expect([list.problems, list.notes]).toEqual([[], []]);
  });

  it.each<[string, OfferItem, RegExp]>([
    [
      "in tiers",
      {
        ...vcpu,
        tiers: [
          ["0", "100", "0.1"],
          ["100", "Inf", "0.09"],
        ],
      },
      /it has tiers/,
    ],
    [
      "that its term has twice",
      {
        ...vcpu,
        tiers: [
          ["0", "Inf", "0.1"],
          ["0", "Inf", "0.2"],
        ],
      },
      /it has tiers/,
    ],
    ["that begins at some amount", { ...vcpu, tiers: [["1", "Inf", "0.1"]] }, /it has tiers/],
    ["that ends at some amount", { ...vcpu, tiers: [["0", "100", "0.1"]] }, /it has tiers/],
    ["in another unit", { ...vcpu, unit: "GB-Hours" }, /its unit is "GB-Hours", not vCPU-Hours/],
    ["in another currency", { ...vcpu, currency: "CNY" }, /no price in US dollars/],
    ["below zero", { ...vcpu, usd: "-0.1" }, /no price in US dollars/],
    [
      "of a prefix that contradicts the Region",
      { ...vcpu, region: "eu-west-1" },
      /stands for us-east-1 and its Region/,
    ],
    [
      "of an unknown prefix without a Region",
      { ...vcpu, usage: "ZZZ9-CodeInterpreter:Consumption-based:vCPU", region: "" },
      /no Region code, and the prefix "ZZZ9" is not known/,
    ],
    ["of a usage type that is not understood", { ...vcpu, usage: "USE1-CodeInterpreter:Storage" }, /not understood/],
    ["without a date", { ...vcpu, date: "soon" }, /its effective date "soon" is no date/],
  ])("leaves out a price %s, and says why", (_, item, reason) => {
    const list = readPriceList(written([item]));
    expect(list.prices).toEqual([]);
    expect(list.problems).toEqual([expect.stringMatching(reason)]);
  });

  it("takes the Region of a known prefix where none is named, and notes a prefix that it does not know", () => {
    const unnamed = readPriceList(written([{ ...vcpu, region: "" }]));
    expect(unnamed.prices.map((price) => price.region)).toEqual(["us-east-1"]);
    const strange = readPriceList(
      written([{ ...vcpu, usage: "ZZZ9-CodeInterpreter:Consumption-based:vCPU", region: "eu-nowhere-9" }]),
    );
    expect(strange.prices.map((price) => price.region)).toEqual(["eu-nowhere-9"]);
    expect(strange.notes).toEqual([expect.stringContaining("the prefix ZZZ9 is not known")]);
  });
});

describe("a file that is no price list of the service", () => {
  it.each([
    ["an empty file", "", /neither JSON nor a CSV/],
    ["broken JSON", '{"offerCode":', /no valid JSON/],
    ["another offer", jsonOffer([], "AmazonEC2"), /the price list of "AmazonEC2", not of AmazonBedrockAgentCore/],
    ["JSON of something else", '{"rows": []}', /the price list of ""/],
    ["members of the wrong kind", '{"offerCode":"AmazonBedrockAgentCore","products":[],"terms":{"OnDemand":3}}', null],
    ["a CSV file of something else", '"a","b"\n1,2\n', /neither JSON nor a CSV/],
    ["a CSV file that lacks columns", '"SKU","TermType"\n', /its columns lack EffectiveDate/],
    [
      "usage types named after members of objects",
      '{"offerCode":"AmazonBedrockAgentCore","products":{"__proto__":{}}}',
      null,
    ],
  ])("is told: %s", (_, text, message) => {
    if (message === null) expect(readPriceList(text).prices).toEqual([]);
    else expect(() => readPriceList(text)).toThrow(message);
  });
});

describe("CSV", () => {
  it.each([
    [
      "a,b\nc,d",
      [
        ["a", "b"],
        ["c", "d"],
      ],
    ],
    [
      '"a,1","b""c"\r\n"x\ny",\n',
      [
        ["a,1", 'b"c'],
        ["x\ny", ""],
      ],
    ],
    ["\ufeffa\n\n\nb", [["a"], ["b"]]],
    ["", []],
    [",", [["", ""]]],
    ['"a', [['"a']]],
  ])("%j", (text, records) => expect(parseCsv(text)).toEqual(records));
});
