// A chart and the same figures as a table. The drawing is loaded only where a chart is shown.
import { lazy, type ReactNode, Suspense, useState } from "react";
import { words } from "../words";
import { Button } from "./Button";
import { Loading, Skeleton } from "./Skeleton";
import { Table } from "./Table";

export interface Point {
  /** What stands under the bar, short. */
  label: string;
  /** The whole of it, for the tip and the table. */
  title: string;
  value: number;
  /** The value as it is said: "20.00 tUSD". */
  said: string;
}

const Drawing = lazy(() => import("./ChartDrawing"));

export function Chart({ title, valueTitle, labelTitle, points, kind = "bar", height = 240, empty }: {
  /** What the chart says, in one sentence; read out instead of the drawing. */
  title: string;
  labelTitle: string;
  valueTitle: string;
  points: Point[];
  kind?: "bar" | "line";
  height?: number;
  empty?: ReactNode;
}) {
  const [asTable, setAsTable] = useState(false);
  if (points.length === 0 && empty !== undefined) return <>{empty}</>;
  return (
    <figure>
      <div role="img" aria-label={title} style={{ height }}>
        <Suspense
          fallback={
            <Loading className="flex h-full items-end gap-2">
              {[40, 65, 30, 80, 55, 70, 45].map((share) => (
                <Skeleton key={share} className="h-2/3 flex-1" />
              ))}
            </Loading>
          }
        >
          <Drawing points={points} kind={kind} />
        </Suspense>
      </div>
      <figcaption className="mt-3">
        <Button small kind="quiet" className="-ml-3" aria-expanded={asTable} onClick={() => setAsTable(!asTable)}>
          {asTable ? words.chart.hide : words.chart.table}
        </Button>
        {asTable && (
          <Table
            className="mt-3"
            caption={title}
            rows={points}
            keyOf={(point) => point.title}
            columns={[
              { key: "label", title: labelTitle, heading: true, show: (point) => point.title },
              { key: "value", title: valueTitle, figure: true, show: (point) => point.said },
            ]}
          />
        )}
      </figcaption>
    </figure>
  );
}
