/** What a policy is that says nothing but its id: docs/policy.md. It watches, and stops nothing. */
export const policyDefaults = {
  mode: "observe",
  idleAfter: "30m",
  minAge: "10m",
  skipIfExpiresWithin: "10m",
  evidence: "strict",
  maxStopsPerPass: 10,
  breaker: { maxStops: 100, maxStopsPct: 50, window: "1h" },
} as const;

export const runawayDefaults = { vcpu: 1.5, for: "30m" } as const;
