// A refusal as the pages show it: what happened, what happened to the money, what to do.
import { words } from "../words";

export interface Problem {
  code: string;
  title: string;
  money?: string | undefined;
  next?: string | undefined;
  /** What is wrong with single fields of a form. */
  fields?: { field: string; sentence: string }[] | undefined;
  /** Seconds to wait before another try, when the desk said so. */
  retry_after_s?: number | undefined;
}

/** The desk was not reached, or answered with something that is no answer. */
export const noAnswer = (): Problem => ({
  code: "no-answer",
  title: words.problem.noAnswerTitle,
  money: words.problem.noAnswerMoney,
  next: words.problem.noAnswerNext,
});

/** Whatever was thrown, as a problem that can be shown. */
export function asProblem(thrown: unknown): Problem {
  if (isProblem(thrown)) return thrown;
  if (thrown instanceof TypeError && /fetch|network|load failed/i.test(thrown.message)) return noAnswer();
  if (thrown instanceof SyntaxError || thrown === undefined || thrown === "") return noAnswer();
  return {
    code: "unknown",
    title: words.problem.unknownTitle,
    money: words.problem.unknownMoney,
    next: words.problem.unknownNext,
  };
}

function isProblem(thrown: unknown): thrown is Problem {
  if (typeof thrown !== "object" || thrown === null) return false;
  const { code, title } = thrown as Partial<Problem>;
  return typeof code === "string" && typeof title === "string";
}

/** What a refusal says about one field of a form. */
export function faultOf(thrown: unknown, field: string): string | null {
  if (thrown == null) return null;
  return asProblem(thrown).fields?.find((fault) => fault.field === field)?.sentence ?? null;
}
