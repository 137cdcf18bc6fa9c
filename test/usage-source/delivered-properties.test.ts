import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { instant } from "../../core/kernel/instant.ts";
import { target } from "../aws/embedded.ts";
import { START } from "../local-services/local-aws.ts";
import { lineOf } from "../rate/run.ts";
import { folderPlace } from "./delivery-places.ts";

const minuteMs = 60_000;
const record = fc.record({
  session: fc.constantFrom("A", "B", "C"),
  second: fc.nat(30),
  elapsed: fc.constantFrom(0.5, 1),
});
const file = fc.record({
  records: fc.array(record, { maxLength: 12 }),
  deliveredMinute: fc.nat(9),
  zipped: fc.boolean(),
  folder: fc.constantFrom("", "2026/11/20/", "x/"),
});

describe("delivered files", () => {
  it("give each record once for each of its deliveries, however their time is cut into windows", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(file, { maxLength: 6 }), fc.uniqueArray(fc.nat(9)), async (files, cuts) => {
        const place = folderPlace();
        for (const [number, { records, deliveredMinute, zipped, folder }] of files.entries()) {
          const text = records
            .map(({ session, second, elapsed }) => `${lineOf({ session, elapsed, at: START + second * 1000 })}\n`)
            .join("");
          const content = zipped ? gzipSync(text) : text;
          await place.deliver(`${folder}${number}`, content, START + deliveredMinute * minuteMs);
        }
        const found: string[] = [];
        const edges = [0, ...cuts.toSorted((a, b) => a - b), 10];
        for (const [index, until] of edges.slice(1).entries()) {
          await place.source.read(
            {
              target: target("us-east-1"),
              location: place.location,
              from: instant(START + (edges[index] ?? 0) * minuteMs),
              until: instant(START + until * minuteMs),
              how: "rows",
              session: null,
              latestAt: instant(START + 86_400_000),
            },
            (batches) => {
              for (const { key, usage } of batches) {
                for (let row = 0; row < usage.length; row += 1) {
                  found.push(`${key.session} ${((usage.at[row] ?? 0) - START) / 1000} ${usage.elapsedSeconds[row]}`);
                }
              }
            },
            new AbortController().signal,
          );
        }
        const all = files.flatMap(({ records }) => records.map((it) => `${it.session} ${it.second} ${it.elapsed}`));
        expect(found.toSorted()).toEqual(all.toSorted());
      }),
      { numRuns: 60 },
    );
  });
});
