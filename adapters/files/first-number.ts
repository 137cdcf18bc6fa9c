/** The first digit outside a string, or -1 where something unusual comes first: an escape, a control character, the end. */
export function firstNumberAt(bytes: Uint8Array, start: number): number {
  for (let at = start; ; at += 1) {
    const byte = bytes[at] ?? 10;
    if (byte === 34) {
      for (at += 1; ; at += 1) {
        const inner = bytes[at] ?? 10;
        if (inner === 34) break;
        if (inner < 32 || inner === 92) return -1;
      }
    } else if (byte >= 48 && byte <= 57) {
      return at;
    } else if (byte < 32) {
      return -1;
    }
  }
}
