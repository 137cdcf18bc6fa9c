/// <reference path="./.sst/platform/config.d.ts" />

// SST forbids static imports in this file; a dynamic one is fine, and what it imports sees `sst` and `aws` as globals too.
export default $config({
  app(input) {
    const production = input.stage === "production";
    return {
      name: "sandmeter",
      home: "aws",
      removal: production ? "retain" : "remove",
      protect: production,
      // Pinned, because SST would take the newest. The Region is that of the AWS profile: the monitor lives there.
      providers: { aws: { version: "7.20.0" } },
    };
  },
  async run() {
    const { deployMonitor } = await import("./infra/monitor.ts");
    return deployMonitor(process.env);
  },
});
