// A sentence in which commands stand between backticks: they are shown as code.

export function Said({ text }: { text: string }) {
  return text.split("`").map((part, index) =>
    index % 2 === 0 ? (
      part
    ) : (
      <code key={index} className="rounded bg-hover px-1 py-px font-mono text-[0.9em] whitespace-nowrap text-ink">
        {part}
      </code>
    ),
  );
}
