// The title of a step takes the focus when the step begins.
import { type ReactNode, useEffect, useRef } from "react";

export function StepTitle({ children }: { children: ReactNode }) {
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    // A field of the step that asks for the focus keeps it.
    if (!document.activeElement || document.activeElement === document.body) title.current?.focus();
    title.current?.scrollIntoView({ block: "nearest" });
  }, [children]);
  return (
    <h1 ref={title} tabIndex={-1} className="mb-4 text-3xl">
      {children}
    </h1>
  );
}
