/** The bytes that lines are read from: `view` is over the same memory as `bytes`. */
export interface LineBytes {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/** Where lines are read from; it grows with the longest line, and serves one scanner after the other. */
export interface LineBuffer {
  line: LineBytes;
}

/** What is read at once. */
export const roomBytes = 512 * 1024;

export const lineBuffer = (): LineBuffer => ({ line: lineBytes(roomBytes * 2) });

/** Doubles the buffer and keeps its first `length` bytes. */
export function grow(buffer: LineBuffer, length: number): LineBytes {
  const larger = lineBytes(buffer.line.bytes.length * 2);
  larger.bytes.set(buffer.line.bytes.subarray(0, length));
  buffer.line = larger;
  return larger;
}

function lineBytes(size: number): LineBytes {
  // Filled to its last byte, the buffer still has one for the newline that ends every reading.
  const bytes = new Uint8Array(size + 1);
  return { bytes, view: new DataView(bytes.buffer) };
}
