/** Lines of a stream of UTF-8; null for one that is longer than can be a record, of which no more is kept than that it was there. */
export async function* boundedLines(
  chunks: AsyncIterable<Uint8Array | string>,
  mostChars: number,
): AsyncGenerator<string | null> {
  const decoder = new TextDecoder();
  let rest = "";
  let isTooLong = false;
  for await (const chunk of chunks) {
    const [end = "", ...more] = (typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true })).split(
      "\n",
    );
    let part = end;
    for (const next of more) {
      yield isTooLong || rest.length + part.length > mostChars ? null : withoutReturn(rest + part);
      [rest, isTooLong, part] = ["", false, next];
    }
    isTooLong ||= rest.length + part.length > mostChars;
    rest = isTooLong ? "" : rest + part;
  }
  if (isTooLong) yield null;
  else if (rest !== "") yield withoutReturn(rest);
}

const withoutReturn = (line: string): string => (line.endsWith("\r") ? line.slice(0, -1) : line);
