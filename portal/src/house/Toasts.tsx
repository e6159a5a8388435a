// Short messages about what just happened, read out politely; they leave by themselves, slower when they can be followed.
import { useEffect } from "react";
import { Link } from "react-router";
import { heardToast, type Toast, useStore, useTell } from "../app/store";
import { words } from "../words";
import { IconButton } from "./Button";
import { cx } from "./classes";
import { Icon, type IconName } from "./Icon";

const SIGNS: Record<Toast["tone"], { sign: IconName; colour: string }> = {
  plain: { sign: "info", colour: "text-accent" },
  good: { sign: "check", colour: "text-good" },
  warn: { sign: "warn", colour: "text-warn" },
  bad: { sign: "warn", colour: "text-bad" },
};

export function Toasts() {
  const shown = useStore((state) => state.toasts.shown);
  return (
    <div aria-live="polite" className="pointer-events-none fixed inset-x-3 bottom-20 z-40 mx-auto grid max-w-md gap-2 lg:right-6 lg:bottom-6 lg:left-auto lg:w-96">
      {shown.map((toast) => (
        <OneToast key={toast.id} toast={toast} />
      ))}
    </div>
  );
}

function OneToast({ toast }: { toast: Toast }) {
  const tell = useTell();
  const stay = toast.tone === "bad" ? 15_000 : toast.link ? 9_000 : 5_000;
  useEffect(() => {
    const later = setTimeout(() => tell(heardToast(toast.id)), stay);
    return () => clearTimeout(later);
  }, [stay, tell, toast.id]);
  const { sign, colour } = SIGNS[toast.tone];
  return (
    <div className="pointer-events-auto flex animate-appear items-start gap-3 rounded-xl border border-line bg-surface p-3 shadow-floating">
      <Icon name={sign} className={cx("mt-1 size-5", colour)} />
      <p className="min-w-0 flex-1 py-0.5 text-sm wrap-anywhere">
        {toast.text}{" "}
        {toast.link && (
          <Link to={toast.link.to} className="link font-medium">
            {toast.link.text}
          </Link>
        )}
      </p>
      <IconButton name={words.common.close} icon="close" className="size-8!" onClick={() => tell(heardToast(toast.id))} />
    </div>
  );
}
