import { Fault } from "../../service.ts";

/** The bytes that a Range header asks for, both ends included; null where it asks for none that is understood, and all is given. */
export function rangeOf(text: string, size: number): { readonly from: number; readonly to: number } | null {
  const [, first = "", last = ""] = /^bytes=(\d*)-(\d*)$/.exec(text) ?? [];
  if (first === "" && last === "") return null;
  const from = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const to = first === "" || last === "" ? size - 1 : Math.min(Number(last), size - 1);
  if (from > to) {
    throw new Fault("InvalidRange", 416, "The requested range is not satisfiable", {
      RangeRequested: text,
      ActualObjectSize: size,
    });
  }
  return { from, to };
}
