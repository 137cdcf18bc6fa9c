import { accountId, region } from "../core/kernel/ids.ts";
import { textOfBody } from "../dashboards/cloudwatch-body.ts";
import { overviewDashboard } from "../dashboards/overview.ts";
import type { Place } from "./place.ts";
import { regionsToScan } from "./regions.ts";
import type { Settings } from "./settings.ts";

/** The overview, where the metrics are: the same body that `sandmeter dashboards --put` puts. */
export function createDashboard(settings: Settings, place: Place) {
  return new aws.cloudwatch.Dashboard("Overview", {
    dashboardName: `${$app.name}-${$app.stage}`,
    dashboardBody: place.apply(({ account, ...where }) =>
      textOfBody(
        overviewDashboard({
          targets: regionsToScan(settings.regions, where).map((name) => ({
            account: accountId(account),
            region: region(name),
          })),
          homeRegion: where.homeRegion,
          thresholds: settings.thresholds,
        }),
      ),
    ),
  });
}
