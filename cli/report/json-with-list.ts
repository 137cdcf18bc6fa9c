import { safeJson } from "../render/safe-text.ts";

/** Items whose texts are put together before they are handed on: few, so that no text is one that the engine keeps for long. */
const itemsAtOnce = 64;

/**
 * An object as `safeJson` lays it out, in stretches of text: members, then one that is a list of any length, of which one
 * stretch is held at a time, then more members. Neither object is empty.
 */
export function* jsonWithList<T>(
  before: object,
  list: { readonly name: string; readonly items: readonly T[]; readonly valueOf: (item: T, place: number) => unknown },
  after: object,
): Generator<string> {
  yield `${safeJson(before).slice(0, -"\n}".length)},\n  ${safeJson(list.name)}: [`;
  for (let from = 0; from < list.items.length; from += itemsAtOnce) {
    const items = list.items.slice(from, from + itemsAtOnce).map((item, index) => list.valueOf(item, from + index));
    // As a list of its own, without its brackets and two levels further in: a line break within a text is escaped.
    const text = safeJson(items).slice("[".length, -"\n]".length).replaceAll("\n", "\n  ");
    yield from === 0 ? text : `,${text}`;
  }
  yield `${list.items.length === 0 ? "" : "\n  "}],${safeJson(after).slice("{".length)}\n`;
}
