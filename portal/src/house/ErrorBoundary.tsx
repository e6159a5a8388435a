// When a page itself breaks: says so calmly, and that no money is in a page.
import { Component, type ReactNode } from "react";
import { words } from "../words";
import { Button } from "./Button";
import { ProblemNotice } from "./Notice";

export class ErrorBoundary extends Component<{ children: ReactNode }, { thrown: unknown }> {
  override state: { thrown: unknown } = { thrown: undefined };

  static getDerivedStateFromError(thrown: unknown) {
    return { thrown: thrown ?? new Error("nothing was said") };
  }

  override render() {
    if (this.state.thrown === undefined) return this.props.children;
    return <Broken thrown={this.state.thrown} />;
  }
}

export function Broken({ thrown }: { thrown: unknown }) {
  return (
    <div className="mx-auto grid max-w-xl gap-4 py-12">
      <ProblemNotice problem={thrown} />
      <Button onClick={() => location.reload()}>{words.problem.reload}</Button>
    </div>
  );
}
