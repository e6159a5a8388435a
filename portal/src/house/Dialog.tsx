// A question in front of the page: the browser's own dialog, so focus stays inside, Escape closes and focus returns.
import { type ReactNode, useEffect, useId, useRef } from "react";
import { words } from "../words";
import { IconButton } from "./Button";
import { cx } from "./classes";

export function Dialog({ open, onClose, title, children, actions, side, firm }: {
  open: boolean;
  onClose: () => void;
  title: ReactNode;
  children: ReactNode;
  actions?: ReactNode;
  /** A sheet at the side instead of a box in the middle. */
  side?: "left" | "right";
  /** A press beside it does not close it: something would be lost. */
  firm?: boolean;
}) {
  const box = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = box.current;
    if (!dialog) return;
    if (open && !dialog.open) dialog.showModal();
    if (!open && dialog.open) dialog.close();
  }, [open]);
  return (
    <dialog
      ref={box}
      aria-labelledby={id}
      onClose={onClose}
      onCancel={(event) => {
        if (event.target !== box.current) return;
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === box.current && !firm) onClose();
      }}
      className={cx(
        "bg-surface text-ink shadow-floating backdrop:bg-black/45 open:animate-appear",
        side === undefined && "m-auto w-[min(34rem,calc(100vw-2rem))] rounded-2xl border border-line max-sm:mb-0 max-sm:w-full max-sm:max-w-none max-sm:rounded-b-none max-h-[90dvh]",
        side !== undefined && "my-0 h-dvh max-h-none w-[min(22rem,calc(100vw-3rem))] border-line",
        side === "left" && "mr-auto ml-0 border-r",
        side === "right" && "mr-0 ml-auto border-l",
      )}
    >
      {open && (
        <div className={cx("flex flex-col", side !== undefined && "min-h-full")}>
          <div className="sticky top-0 z-10 flex items-start gap-4 bg-surface px-5 pt-4 pb-2">
            <h2 id={id} className="min-w-0 flex-1 py-1.5 text-xl wrap-anywhere">
              {title}
            </h2>
            <IconButton name={words.common.close} icon="close" onClick={onClose} className="-mr-2" />
          </div>
          <div className="flex-1 px-5 pb-5">{children}</div>
          {actions != null && <div className="sticky bottom-0 flex flex-wrap justify-end gap-2 border-t border-line bg-surface px-5 py-4 max-sm:grid max-sm:justify-stretch">{actions}</div>}
        </div>
      )}
    </dialog>
  );
}
