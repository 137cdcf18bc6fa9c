import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { murmur3, recordDigest } from "../../core/ledger/record-digest.ts";

const bytes = (text: string): DataView => new DataView(new TextEncoder().encode(text).buffer);
const hex = (...values: readonly number[]): DataView => new DataView(Uint8Array.from(values).buffer);

describe("MurmurHash3 x86 32", () => {
  it.each([
    ["", bytes(""), 0, 0],
    ["", bytes(""), 1, 0x514e28b7],
    ["", bytes(""), 0xffffffff, 0x81f16f39],
    ["ff ff ff ff", hex(0xff, 0xff, 0xff, 0xff), 0, 0x76293b50],
    ["21 43 65 87", hex(0x21, 0x43, 0x65, 0x87), 0, 0xf55b516b],
    ["21 43 65 87", hex(0x21, 0x43, 0x65, 0x87), 0x5082edee, 0x2362f9de],
    ["21 43 65", hex(0x21, 0x43, 0x65), 0, 0x7e4a8634],
    ["21 43", hex(0x21, 0x43), 0, 0xa0f7b07a],
    ["21", hex(0x21), 0, 0x72661cf4],
    ["00 00 00 00", hex(0, 0, 0, 0), 0, 0x2362f9de],
    ["00", hex(0), 0, 0x514e28b7],
    ["aaaa", bytes("aaaa"), 0x9747b28c, 0x5a97808a],
    ["Hello, world!", bytes("Hello, world!"), 0x9747b28c, 0x24884cba],
    ["a pangram", bytes("The quick brown fox jumps over the lazy dog"), 0x9747b28c, 0x2fa826cd],
  ])("gives the published value of %s with its seed", (_, data, seed, expected) => {
    expect(murmur3(data, seed)).toBe(expected);
  });
});

describe("the digest of a record", () => {
  const figure = fc.double({ min: 0, max: 100, noNaN: true });

  it("is the same for the same numbers, whatever the sign of a zero", () => {
    expect(recordDigest(1, -0, 0, -0)).toEqual(recordDigest(1, 0, -0, 0));
  });

  it("is another one where any figure is another one", () => {
    fc.assert(
      fc.property(
        fc.tuple(fc.nat(), figure, figure, figure),
        fc.nat({ max: 3 }),
        figure,
        ([at, e, vcpu, gb], place, other) => {
          const changed = [at, e, vcpu, gb].with(place, other);
          fc.pre(other !== [at, e, vcpu, gb][place] && (other !== 0 || [at, e, vcpu, gb][place] !== 0));
          const [at2 = 0, e2 = 0, vcpu2 = 0, gb2 = 0] = changed;
          expect(recordDigest(at2, e2, vcpu2, gb2)).not.toEqual(recordDigest(at, e, vcpu, gb));
        },
      ),
    );
  });

  it("meets in neither half among a hundred thousand neighbours more often than chance has it", () => {
    const high = new Set<number>();
    const low = new Set<number>();
    const count = 100_000;
    for (let i = 0; i < count; i += 1) {
      const digest = recordDigest(1_790_912_445_000 + i * 1000, 1, 0.0003, 0.0002);
      expect(digest.high).not.toBe(digest.low);
      high.add(digest.high);
      low.add(digest.low);
    }
    // 32 bits meet about 1.2 times among so many.
    expect(count - high.size).toBeLessThan(10);
    expect(count - low.size).toBeLessThan(10);
  });
});
