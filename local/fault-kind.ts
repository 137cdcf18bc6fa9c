/** What can be made to go wrong on purpose. docs/embedded-aws.md says what each looks like to a client. */
export const faultKinds = [
  "throttle",
  "error",
  "timeout",
  "lost-answer",
  "slow",
  "html-503",
  "access-denied",
  "vanish",
  "empty-region",
  "empty-page",
  "repeated-token",
  "missing-optional",
  "unknown-status",
  "partial-put-events",
] as const;

export type FaultKind = (typeof faultKinds)[number];
