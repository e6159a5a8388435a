// Fourth step: what stays closed in the sample that everybody will see.
import type { Shape } from "../api";
import { Answered, Button, CheckField, Notice, ProblemNotice, Said, Table } from "../house";
import { plain, words } from "../words";
import { Step, type StepProps } from "./step";
import { useChecked } from "./useChecked";

const say = words.sell;

export function SampleStep({ draft, change, onBack, onNext }: StepProps) {
  const checked = useChecked(draft);
  const toggle = (name: string) => change({ redact: draft.redact.includes(name) ? draft.redact.filter((one) => one !== name) : [...draft.redact, name] });
  const promise = (name: string) => change({ filled: draft.filled.includes(name) ? draft.filled.filter((one) => one !== name) : [...draft.filled, name] });
  const broken = checked.isError && draft.filled.length > 0;
  return (
    <Step title={say.sampleTitle} lead={say.sampleLead} onBack={onBack} onNext={() => !checked.isError && onNext()} busy={checked.isFetching}>
      {broken && (
        <div className="grid justify-items-start gap-3">
          <ProblemNotice problem={checked.error} />
          <Button onClick={() => change({ filled: [] })}>{say.promiseBack}</Button>
        </div>
      )}
      {!broken && <Answered query={checked}>
        {(there) => (
          <>
            {there.columns.length === 0 ? (
              <Notice title={say.noColumns}>{say.noColumnsWhy}</Notice>
            ) : (
              <>
                <CheckField label={say.closeAll} hint={say.closeAllWhy} checked={draft.redactAll} onChange={() => change({ redactAll: !draft.redactAll })} />
                <Table
                  caption={say.columns}
                  rows={there.columns}
                  keyOf={(column) => column.name}
                  columns={[
                    { key: "name", title: say.column, heading: true, className: "md:min-w-36", show: (column) => <code className="font-mono wrap-anywhere">{column.name}</code> },
                    { key: "type", title: say.type, show: (column) => column.type },
                    { key: "examples", title: say.examples, show: (column) => <span className="line-clamp-2 text-ink-2 wrap-anywhere">{column.examples.join(" · ") || "–"}</span> },
                    {
                      key: "empty",
                      title: say.empty,
                      show: (column) =>
                        draft.filled.includes(column.name) || mayPromise(there, column) ? (
                          <CheckField
                            label={
                              <>
                                {say.promise}
                                <span className="sr-only"> {column.name}</span>
                              </>
                            }
                            checked={draft.filled.includes(column.name)}
                            onChange={() => promise(column.name)}
                          />
                        ) : (
                          <span className="text-ink-2">{column.nullable ? say.emptySome : say.emptyNone}</span>
                        ),
                    },
                    {
                      key: "close",
                      title: say.close,
                      show: (column) => (
                        <CheckField
                          label={
                            <>
                              {say.closed}
                              <span className="sr-only"> {column.name}</span>
                            </>
                          }
                          disabled={draft.redactAll}
                          checked={draft.redactAll || draft.redact.includes(column.name)}
                          onChange={() => toggle(column.name)}
                        />
                      ),
                    },
                  ]}
                />
              </>
            )}
            <Notice title={say.sampleRows(plain.number(there.sample_rows))}>{there.sentence}</Notice>
            {there.warnings.map((warning) => (
              <Notice key={warning} tone="warn" title={<Said text={warning} />} />
            ))}
          </>
        )}
      </Answered>}
    </Step>
  );
}

/** Only a table that declares what its columns may hold leaves something to promise: of other files every cell was looked at. */
function mayPromise(file: Shape<"CheckedFile">, column: Shape<"CheckedColumn">): boolean {
  return column.nullable && file.media_type === "application/vnd.apache.parquet";
}
