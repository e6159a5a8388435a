// First step: which file. It is looked at on this machine; nothing is sealed or sent.
import { useRef, useState } from "react";
import { sendFile } from "../api";
import { Button, Card, ChoiceField, Facts, FileDrop, Loading, Notice, ProblemNotice, Progress, Said, Skeleton, TextField } from "../house";
import { plain, words } from "../words";
import { Step, type StepProps } from "./step";
import { useChecked } from "./useChecked";

const say = words.sell;

export function FileStep({ draft, change, choices, onNext }: StepProps) {
  const source = draft.source;
  const [how, setHow] = useState<"choose" | "path">(source && "path" in source ? "path" : "choose");
  const [path, setPath] = useState(source && "path" in source ? source.path : "");
  const [sending, setSending] = useState<{ name: string; size: number; done: number } | null>(null);
  const [refused, setRefused] = useState<unknown>(null);
  const [missing, setMissing] = useState(false);
  const stop = useRef<AbortController | null>(null);
  const checked = useChecked(draft);
  const forget = { redact: [], redactAll: false, filled: [] };

  const take = async (file: File) => {
    const signal = new AbortController();
    stop.current = signal;
    setRefused(null);
    setMissing(false);
    change({ source: null, ...forget });
    setSending({ name: file.name, size: file.size, done: 0 });
    try {
      const sent = await sendFile(file, (done) => setSending({ name: file.name, size: file.size, done }), signal.signal);
      change({ source: { file: sent.file, name: file.name, size: file.size } });
    } catch (thrown) {
      if (!(thrown instanceof DOMException)) setRefused(thrown);
    } finally {
      setSending(null);
    }
  };
  const next = () => {
    if (how === "path" && path.trim() !== "" && !(source && "path" in source && source.path === path.trim())) {
      change({ source: { path: path.trim() }, ...forget });
      return;
    }
    if (source === null || checked.data === undefined || checked.isError || checked.isPlaceholderData) setMissing(true);
    else onNext();
  };
  return (
    <Step title={say.fileTitle} lead={say.fileLead} onNext={next} busy={sending !== null || checked.isFetching} next={how === "path" && source === null ? say.look : undefined}>
      <ChoiceField
        label={say.howTitle}
        bare
        name="how"
        columns={2}
        value={how}
        onPick={(picked) => {
          setHow(picked);
          change({ source: null, ...forget });
        }}
        choices={[
          { value: "choose", title: say.howChoose, body: say.howChooseWhy },
          { value: "path", title: say.howPath, body: say.howPathWhy },
        ]}
      />
      {how === "choose" ? (
        <FileDrop
          label={say.yourFile}
          hint={say.formats(choices.media_types.map((type) => type.suffix.replace(/^\./, "").toUpperCase()).join(", "), plain.bytes(choices.file_most))}
          limit={choices.file_most}
          chosen={source && "file" in source ? { name: source.name, size: source.size } : null}
          disabled={sending !== null}
          onFile={(file) => void take(file)}
        />
      ) : (
        <TextField
          label={say.path}
          hint={say.pathHint}
          spellCheck={false}
          autoCapitalize="none"
          placeholder="/home/me/data/flights.parquet"
          value={path}
          onChange={(event) => {
            setPath(event.target.value);
            if (source !== null) change({ source: null, ...forget });
          }}
        />
      )}
      {sending && (
        <Card className="grid gap-3">
          <p className="wrap-anywhere">{say.copying(sending.name)}</p>
          <Progress label={say.copying(sending.name)} done={sending.done} total={sending.size} />
          <div className="flex items-center justify-between gap-3 text-sm text-ink-2">
            <span>{words.common.of(plain.bytes(sending.done), plain.bytes(sending.size))}</span>
            <Button small onClick={() => stop.current?.abort()}>
              {words.common.cancel}
            </Button>
          </div>
        </Card>
      )}
      {refused != null && <ProblemNotice problem={refused} />}
      {missing && source === null && <Notice tone="bad" live title={say.fileMissing} />}
      {source !== null && checked.isError && <ProblemNotice problem={checked.error} again={() => void checked.refetch()} />}
      {source !== null && checked.isFetching && !checked.data && (
        <Loading className="grid gap-3 rounded-xl border border-line bg-surface p-5">
          <p className="text-ink-2">{say.looking}</p>
          <Skeleton className="h-4 w-2/3" />
        </Loading>
      )}
      {source !== null && checked.data && !checked.isError && (
        <div className="grid gap-4" role="status">
          <Card>
            <Facts
              items={[
                [say.name, checked.data.name],
                [say.format, words.format(checked.data.media_type)],
                [say.size, plain.bytes(checked.data.bytes)],
                checked.data.rows > 0 ? [say.rows, plain.number(checked.data.rows)] : null,
                checked.data.columns.length > 0 ? [say.columns, checked.data.columns.map((column) => column.name).join(", ")] : null,
              ]}
            />
          </Card>
          {checked.data.warnings.map((warning) => (
            <Notice key={warning} tone="warn" title={<Said text={warning} />} />
          ))}
        </div>
      )}
    </Step>
  );
}
