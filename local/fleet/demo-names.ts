/** Names as callers choose them, among them such that would harm a terminal, a page, a sheet or a query if shown raw. */
export const friendlyNames = [
  "report builder",
  "chart-7",
  "user 4711",
  "nightly-etl",
  "notebook",
  "agent/run/42",
  "研究アシスタント",
];
export const hostileNames = [
  "\u001b[31mred\u001b[0m\u001b]0;owned\u0007",
  "<img src=x onerror=alert(1)>",
  '=HYPERLINK("https://example.com","click")',
  "'; DROP TABLE sessions; --",
  "../../etc/passwd",
  "\u202egnp.exe",
  "{{7*7}} $(reboot) %s%n",
  "x".repeat(100),
];
/** One name that an agent framework takes up again and again. */
export const reusedNames = ["support-agent"];
