/** AgentCore writes instants with six decimals. This world knows milliseconds, so the last three are zero. */
export const isoTime = (at: number): string => new Date(at).toISOString().replace("Z", "000Z");
