// One question to the desk and its four answers: still coming, refused, nothing there, there.
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ProblemNotice } from "./Notice";
import { SkeletonRows } from "./Skeleton";

export function Answered<Data>({ query, bones, empty, children }: {
  query: Pick<UseQueryResult<Data, unknown>, "data" | "error" | "isPending" | "refetch">;
  /** What stands there while it comes. */
  bones?: ReactNode;
  /** What is shown instead when this says the answer is empty. */
  empty?: (data: Data) => ReactNode | null;
  children: (data: Data) => ReactNode;
}) {
  if (query.data !== undefined) {
    const nothing = empty?.(query.data) ?? null;
    return (
      <>
        {query.error != null && <ProblemNotice problem={query.error} again={() => void query.refetch()} className="mb-4" />}
        {nothing ?? children(query.data)}
      </>
    );
  }
  if (query.isPending) return <>{bones ?? <SkeletonRows />}</>;
  return <ProblemNotice problem={query.error} again={() => void query.refetch()} />;
}
