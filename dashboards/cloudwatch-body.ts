/** What of CloudWatch's "Dashboard Body Structure and Syntax" (API reference, read 2026-11) is used here. */
export interface DashboardBody {
  readonly start: string;
  readonly periodOverride: "inherit";
  readonly widgets: readonly Widget[];
}

type Widget = TextWidget | MetricWidget;

interface Frame {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface TextWidget extends Frame {
  readonly type: "text";
  readonly properties: { readonly markdown: string };
}

export interface MetricWidget extends Frame {
  readonly type: "metric";
  readonly properties: {
    readonly title: string;
    readonly view: "timeSeries";
    readonly stacked: boolean;
    /** Where the widget is shown from; each line may say another Region. */
    readonly region: string;
    readonly period: number;
    readonly metrics: readonly Line[];
    readonly yAxis: {
      readonly left: { readonly min: 0; readonly max?: number; readonly label: string; readonly showUnits: false };
    };
    readonly annotations?: {
      readonly horizontal: readonly { readonly label: string; readonly value: number; readonly color: string }[];
    };
  };
}

/** Namespace, metric, then name and value of each dimension, then how it is drawn. */
export type Line = readonly [...fields: string[], rendering: LineRendering];

interface LineRendering {
  readonly label: string;
  readonly stat: string;
  readonly region: string;
}

/** The text that PutDashboard takes. */
export const textOfBody = (body: DashboardBody): string => JSON.stringify(body, null, 2);
