/**
 * The value of a dimension as it is shown where there is no null: a session may be called what stands for not being known, and
 * is shown in quotes then.
 */
export const shownValue = (value: string | null): string =>
  value === null ? notKnown : /^"*unknown"*$/.test(value) ? `"${value}"` : value;

const notKnown = "unknown";
