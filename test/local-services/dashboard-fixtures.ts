export const metric = (properties: object, more: object = {}) => ({
  type: "metric",
  properties: { region: "us-east-1", metrics: [["Sandmeter", "Sessions"]], ...properties },
  ...more,
});
export const text = (more: object = {}) => ({ type: "text", properties: { markdown: "# Hello" }, ...more });
export const bodyOf = (...widgets: unknown[]) => JSON.stringify({ widgets });
