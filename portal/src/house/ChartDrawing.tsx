// The drawing itself, in a chunk of its own because it is heavy. Colours come from the page's tokens.
import { Area, AreaChart, Bar, BarChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import { plain } from "../words";
import type { Point } from "./Chart";

const AXIS = { stroke: "var(--color-line)", tick: { fill: "var(--color-ink-2)", fontSize: 12 }, tickLine: false } as const;

function Tip({ active, payload }: { active?: boolean; payload?: readonly { payload?: Point }[] }) {
  const point = payload?.[0]?.payload;
  if (!active || !point) return null;
  return (
    <div className="rounded-lg border border-line bg-surface px-3 py-2 text-sm shadow-floating">
      <p className="text-ink-2">{point.title}</p>
      <p className="font-semibold tabular-nums">{point.said}</p>
    </div>
  );
}

export default function ChartDrawing({ points, kind }: { points: Point[]; kind: "bar" | "line" }) {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const common = (
    <>
      <CartesianGrid vertical={false} stroke="var(--color-line)" />
      <XAxis dataKey="label" {...AXIS} minTickGap={16} />
      <YAxis {...AXIS} width={52} axisLine={false} tickFormatter={(value: number) => plain.shortNumber(value)} />
      <Tooltip content={<Tip />} cursor={{ fill: "var(--color-hover)" }} isAnimationActive={false} />
    </>
  );
  return (
    <ResponsiveContainer width="100%" height="100%">
      {kind === "bar" ? (
        <BarChart data={points} margin={{ top: 8, right: 8, bottom: 0, left: 0 }} accessibilityLayer={false}>
          {common}
          <Bar dataKey="value" fill="var(--color-accent)" radius={[4, 4, 0, 0]} maxBarSize={48} isAnimationActive={!still} />
        </BarChart>
      ) : (
        <AreaChart data={points} margin={{ top: 8, right: 8, bottom: 0, left: 0 }} accessibilityLayer={false}>
          {common}
          <Area dataKey="value" type="monotone" stroke="var(--color-accent)" strokeWidth={2} fill="var(--color-accent-soft)" isAnimationActive={!still} />
        </AreaChart>
      )}
    </ResponsiveContainer>
  );
}
