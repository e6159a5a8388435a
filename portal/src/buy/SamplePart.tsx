// The rows that nobody chose, fetched when asked for and checked on this machine before they are shown.
import { useState } from "react";
import { ask, type Shape } from "../api";
import { Answered, Button, Card, DataGrid, Loading, Notice, Skeleton, Table } from "../house";
import { plain, words } from "../words";

const say = words.buy;

export function SamplePart({ listing, columns }: { listing: string; columns: Shape<"ColumnShown">[] }) {
  const [wanted, setWanted] = useState(false);
  const sample = ask.useQuery("get", "/listings/{id}/sample", { params: { path: { id: listing } } }, { enabled: wanted, staleTime: Infinity, retry: false });
  if (!wanted) {
    return (
      <Card className="flex flex-wrap items-center justify-between gap-4">
        <p className="max-w-prose text-ink-2">{say.sampleWhy}</p>
        <Button icon="shield" onClick={() => setWanted(true)}>
          {say.checkSample}
        </Button>
      </Card>
    );
  }
  return (
    <Answered query={sample} bones={<Bones />}>
      {(there) => <Sample there={there} columns={columns} />}
    </Answered>
  );
}

function Sample({ there, columns }: { there: Shape<"SampleShown">; columns: Shape<"ColumnShown">[] }) {
  const header = there.columns.map((column) => column.name);
  const closed = columns.filter((column) => column.redacted).map((column) => column.name);
  return (
    <div className="grid gap-4">
      <Notice live tone={there.breaches === 0 ? "good" : "warn"} title={say.sampleChecked(there.drawn)}>
        {there.sentence}
        {there.earlier_manifests > 0 && <p className="mt-1">{say.earlier(there.earlier_manifests)}</p>}
      </Notice>
      {there.rows.length > 0 && (
        <DataGrid caption={say.sampleGrid(there.rows.length)} header={[say.row, ...header]} marked={closed} rows={there.rows.map((row) => [plain.number(row.row), ...row.cells])} />
      )}
      {there.profile.length > 0 && (
        <details>
          <summary className="font-medium">{say.profileTitle}</summary>
          <p className="mt-2 mb-3 text-sm text-ink-2">{say.profileWhy(there.drawn)}</p>
          <Table
            caption={say.profileTitle}
            rows={there.profile}
            keyOf={(column) => column.name}
            columns={[
              { key: "name", title: say.column, heading: true, show: (column) => <code className="font-mono">{column.name}</code> },
              { key: "empty", title: say.empty, figure: true, show: (column) => plain.percent(column.empty_ppm / 1_000_000) },
              { key: "distinct", title: say.distinct, figure: true, show: (column) => plain.number(column.distinct) },
              { key: "spread", title: say.spread, show: (column) => (column.quantiles?.length ? column.quantiles.join(" · ") : "–") },
            ]}
          />
        </details>
      )}
    </div>
  );
}

function Bones() {
  return (
    <Loading className="grid gap-3 rounded-xl border border-line bg-surface p-5">
      <p className="text-ink-2">{say.checkingSample}</p>
      <Skeleton className="h-40 w-full" />
    </Loading>
  );
}
