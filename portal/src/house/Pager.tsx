// Moving through a long list, page by page.
import { words } from "../words";
import { Button } from "./Button";

export function Pager({ offset, limit, total, onGo }: { offset: number; limit: number; total: number; onGo: (offset: number) => void }) {
  if (total <= limit) return null;
  const page = Math.floor(offset / limit) + 1;
  const pages = Math.ceil(total / limit);
  return (
    <nav aria-label={words.common.pages(page, pages)} className="mt-6 flex items-center justify-between gap-3">
      <Button small icon="left" disabled={page <= 1} onClick={() => onGo(Math.max(0, offset - limit))}>
        {words.common.previousPage}
      </Button>
      <span className="text-sm text-ink-2">{words.common.pages(page, pages)}</span>
      <Button small icon="right" disabled={page >= pages} onClick={() => onGo(offset + limit)} className="flex-row-reverse">
        {words.common.nextPage}
      </Button>
    </nav>
  );
}
