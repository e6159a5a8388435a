// What the desk finds in the chosen file, asked again whenever the choice or the closed columns change.
import { keepPreviousData } from "@tanstack/react-query";
import { useQuery } from "@tanstack/react-query";
import { answered, desk } from "../api";
import type { Draft } from "./draft";

export function useChecked(draft: Draft) {
  const { source } = draft;
  const which = source === null ? {} : "path" in source ? { path: source.path } : { file: source.file };
  const body = { ...which, redact: draft.redactAll ? [] : draft.redact, redact_all: draft.redactAll, filled: draft.filled, updates: draft.updates === "none" ? "" : draft.updates };
  return useQuery({
    queryKey: ["check", "/goods/check", body],
    queryFn: ({ signal }) => answered(desk.POST("/goods/check", { body, signal })),
    enabled: source !== null,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    retry: false,
  });
}
