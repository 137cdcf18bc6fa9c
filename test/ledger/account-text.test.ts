import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sessionId } from "../../core/kernel/ids.ts";
import { instant } from "../../core/kernel/instant.ts";
import { readAccount, writeAccount } from "../../core/ledger/account-text.ts";
import { AccountTextError } from "../../core/ledger/account-text-error.ts";
import { chargesOf } from "../../core/ledger/charges-of.ts";
import { murmur3 } from "../../core/ledger/record-digest.ts";
import { sealAccount } from "../../core/ledger/seal-account.ts";
import type { SessionAccount } from "../../core/ledger/session-account.ts";
import { anyRecord, foldRecords, key, priceLists, record, settings, start, textOf } from "./account-fixtures.ts";

const prices = priceLists.oldThenNew;

function accountOf(): SessionAccount {
  const first = foldRecords(null, key, [record(0), record(1000), record(2500, { vcpuHours: 0 }), record(40_000)]);
  const sealed = sealAccount(first, instant(start + 2000), instant(start + 500), prices, settings);
  return foldRecords(sealed, key, [record(700, { gbHours: 0.0007 }), record(1000), record(60_000)]);
}

describe("an account as text", () => {
  it("is read back as it was written, whatever records it has", () => {
    fc.assert(
      fc.property(
        fc.array(anyRecord, { maxLength: 40 }),
        fc.array(anyRecord, { maxLength: 10 }),
        fc.integer({ min: 0, max: 80_000 }),
        fc.integer({ min: 0, max: 80_000 }),
        fc.string({ unit: "binary" }),
        (records, more, untilMs, digestsMs, session) => {
          const first = foldRecords(null, { ...key, session: sessionId(session) }, records);
          const sealed = sealAccount(first, instant(start + untilMs), instant(start + digestsMs), prices, settings);
          const account = foldRecords(sealed, sealed.key, more);
          const text = writeAccount(account);
          const back = readAccount(text);
          expect(writeAccount(back)).toBe(text);
          expect(back.key).toEqual(account.key);
          expect(back.sealed).toEqual(account.sealed);
          expect(back.late).toEqual(account.late);
          expect(textOf(chargesOf(back, prices, settings))).toBe(textOf(chargesOf(account, prices, settings)));
        },
      ),
      { numRuns: 300 },
    );
  });

  it("is JSON, without repeats, and the same in whatever order its open records came", () => {
    const records = [record(0), record(1000), record(2000, { gbHours: 0 })];
    const text = writeAccount(foldRecords(null, key, [...records, ...records]));
    expect(JSON.parse(text)).toMatchObject({
      version: 1,
      account: { duplicates: 3, open: { at: [start, 1000, 1000] } },
    });
    expect(writeAccount(foldRecords(null, key, [...records.toReversed(), ...records]))).toBe(text);
  });

  it("is refused where any of its characters is another one, missing or doubled", () => {
    const text = writeAccount(accountOf());
    for (let i = 0; i < text.length; i += 1) {
      const changed = text[i] === "7" ? "8" : "7";
      for (const middle of [changed, "", `${text[i]}${text[i]}`]) {
        const damaged = `${text.slice(0, i)}${middle}${text.slice(i + 1)}`;
        expect(() => readAccount(damaged)).toThrow(AccountTextError);
      }
    }
  });

  it.each(["", "{", "null", "{}", "[]", '{"version":2}'])("is refused where it is %j", (text) => {
    expect(() => readAccount(text)).toThrow(AccountTextError);
  });
});

/** The text of an account that was changed by somebody who knows how to make its check sum. */
function forged(change: (account: Record<string, unknown>) => void): string {
  const parsed = JSON.parse(writeAccount(accountOf())) as { account: Record<string, unknown> };
  change(parsed.account);
  return signed(JSON.stringify(parsed.account));
}

function signed(body: string): string {
  const data = new DataView(new TextEncoder().encode(body).buffer);
  const sum = [0, 0x9747b28c].map((seed) => murmur3(data, seed).toString(16).padStart(8, "0")).join("");
  return `{"version":1,"sum":"${sum}","account":${body}}`;
}

describe("the schema of an account's text", () => {
  const at = (from: unknown, ...path: readonly (string | number)[]): Record<string | number, unknown> =>
    path.reduce<unknown>((value, name) => (value as Record<string | number, unknown>)[name], from) as Record<
      string | number,
      unknown
    >;

  it("lets pass what was forged without a change", () => {
    expect(readAccount(forged(() => undefined))).toEqual(readAccount(writeAccount(accountOf())));
  });

  it.each<[string, (account: Record<string, unknown>) => void]>([
    ["key", (a) => (a["key"] = "k")],
    ["key.session", (a) => (at(a, "key")[3] = 7)],
    ["duplicates", (a) => (a["duplicates"] = -1)],
    ["lateUnverifiable", (a) => (a["lateUnverifiable"] = 0.5)],
    ["open", (a) => (a["open"] = [])],
    ["open.at", (a) => (at(a, "open", "at")[1] = -5)],
    ["open.e", (a) => (at(a, "open", "e")[0] = null)],
    ["open.vcpu", (a) => (at(a, "open")["vcpu"] = "????")],
    ["open.gb", (a) => (at(a, "open")["gb"] = "AAAA")],
    ["open: lengths", (a) => (at(a, "open")["gb"] = "")],
    [
      "open: order",
      (a) => (a["open"] = { ...at(a, "late"), at: [start + 5000, 0], e: [1, 1], vcpu: zeros, gb: zeros }),
    ],
    ["open: sealed stamps", (a) => (at(a, "open", "at")[0] = start)],
    ["late.unheld", (a) => delete at(a, "late")["unheld"]],
    ["late.counted", (a) => (at(a, "late")["counted"] = -1)],
    ["sealed", (a) => (a["sealed"] = 1)],
    ["until", (a) => (at(a, "sealed")["until"] = "2026")],
    ["charges", (a) => (at(a, "sealed")["charges"] = [])],
    ["charges", (a) => (at(a, "sealed", "charges", 0)[7] = "-1")],
    ["charges", (a) => (at(a, "sealed", "charges", 0)[8] = 12)],
    ["charges", (a) => (at(a, "sealed", "charges", 0)[2] = "2027-01")],
    ["peakBytes", (a) => delete at(a, "sealed")["peakBytes"]],
    ["gb", (a) => (at(a, "sealed")["gb"] = "metric")],
    ["idleVcpu", (a) => (at(a, "sealed")["idleVcpu"] = null)],
    ["digests.high", (a) => (at(a, "sealed", "digests")["high"] = 4)],
    ["digests: lengths", (a) => (at(a, "sealed", "digests")["low"] = "")],
  ])("says that %s is wrong", (where, change) => {
    let thrown: unknown = null;
    try {
      readAccount(forged(change));
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(AccountTextError);
    expect(thrown).toMatchObject({ where });
  });

  it("says so where it is no JSON", () => {
    expect(() => readAccount(signed("{]"))).toThrow(/not JSON/);
  });
});

/** Two doubles of 0. */
const zeros = "AAAAAAAAAAAAAAAAAAAAAA==";

describe("the size of an account's text", () => {
  // Every second one record, as long as doubles can be, of memory that grows all the time: nothing is longer.
  const hours = 8;
  const records = Array.from({ length: hours * 3600 }, (_, i) =>
    record(i * 1000 + ((i * 7919) % 300), { vcpuHours: 0.0005 / (1 + (i % 977)), gbHours: 0.00003 + i / 1.4e7 }),
  );
  const whole = foldRecords(null, key, records);
  const endMs = hours * 3_600_000;

  it("stays below 350 kB with two hours open and two more that may be delivered again", () => {
    const until = instant(start + endMs - 7_200_000);
    const account = sealAccount(whole, until, instant(until - 7_200_000), prices, settings);
    expect(account.open.length).toBe(7200);
    expect(account.sealed?.digests.at.length).toBe(7200);
    expect(writeAccount(account).length).toBeLessThan(350_000);
  });

  it("stays below 8 kB once all of it is sealed", () => {
    const until = instant(start + endMs + 60_000);
    expect(writeAccount(sealAccount(whole, until, until, prices, settings)).length).toBeLessThan(8000);
  });
});
