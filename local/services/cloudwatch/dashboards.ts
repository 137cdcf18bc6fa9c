import { partitionOf } from "../../fleet/regions.ts";
import type { Reply, Request } from "../../service.ts";
import type { World } from "../../world.ts";
import { bodyProblems } from "./dashboard-body.ts";
import { dashboardNotFound, invalidDashboard, invalidValue } from "./errors.ts";

/** Dashboards are global: one account sees the same ones in every Region. */
const dashboards = new WeakMap<World, Map<string, string>>();

export function putDashboard({ input, world, place }: Request): Reply {
  const { DashboardName: name, DashboardBody: body } = input as unknown as {
    readonly DashboardName: string;
    readonly DashboardBody: string;
  };
  if (!/^[A-Za-z0-9_-]{1,255}$/.test(name)) {
    throw invalidDashboard(
      `The value ${name} for field DashboardName contains invalid characters. It can only contain alphanumerics, dash (-) and underscore (_).`,
      [],
    );
  }
  const { errors, warnings } = bodyProblems(body);
  if (errors.length > 0) {
    throw invalidDashboard(
      `The dashboard body is invalid, there are ${errors.length} validation errors:\n${JSON.stringify(
        errors.map(({ DataPath, Message }) => ({ dataPath: DataPath, message: Message })),
        null,
        2,
      )}`,
      errors,
    );
  }
  dashboardsOf(world).set(`${place.account}/${name}`, body);
  return { body: { DashboardValidationMessages: warnings } };
}

export function getDashboard({ input, world, place }: Request): Reply {
  const { DashboardName: name } = input as unknown as { readonly DashboardName: string };
  if (!/^[A-Za-z0-9_-]{1,255}$/.test(name)) {
    throw invalidValue(`The value ${name} for parameter DashboardName is invalid.`);
  }
  const body = dashboardsOf(world).get(`${place.account}/${name}`);
  if (body === undefined) throw dashboardNotFound(name);
  return {
    body: {
      DashboardArn: `arn:${partitionOf(place.region)}:cloudwatch::${place.account}:dashboard/${name}`,
      DashboardBody: body,
      DashboardName: name,
    },
  };
}

function dashboardsOf(world: World): Map<string, string> {
  const known = dashboards.get(world) ?? new Map<string, string>();
  dashboards.set(world, known);
  return known;
}
