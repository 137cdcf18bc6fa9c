export type Style = "plain" | "bold" | "dim" | "red" | "yellow" | "green";

const codes: Readonly<Record<Exclude<Style, "plain">, readonly [open: number, close: number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  yellow: [33, 39],
  green: [32, 39],
};

export type Paint = (text: string, style: Style) => string;

/** Colours only where the terminal has them; what a colour says is always said by a word too. */
export const painter = (color: boolean): Paint =>
  color
    ? (text, style) => (style === "plain" ? text : `\u001b[${codes[style][0]}m${text}\u001b[${codes[style][1]}m`)
    : (text) => text;
