// Narrowing a list down: groups of boxes with how many each would leave, and what is chosen as small tags.
import { useState } from "react";
import { plain, words } from "../words";
import { Icon } from "./Icon";

export interface FacetGroup {
  key: string;
  title: string;
  /** Only one of the group can be chosen. */
  single?: boolean;
  choices: { value: string; text: string; count: number }[];
}

export type Chosen = Record<string, string[]>;

/** Adds or takes away one choice; in a group of one the new choice replaces the old. */
export function toggled(chosen: Chosen, group: FacetGroup, value: string): Chosen {
  const held = chosen[group.key] ?? [];
  const next = held.includes(value) ? held.filter((one) => one !== value) : group.single ? [value] : [...held, value];
  return { ...chosen, [group.key]: next };
}

const FEW = 6;

export function Facets({ groups, chosen, onChange }: { groups: FacetGroup[]; chosen: Chosen; onChange: (chosen: Chosen) => void }) {
  return (
    <div className="grid gap-6">
      {groups
        .filter((group) => group.choices.length > 0)
        .map((group) => (
          <FacetBoxes key={group.key} group={group} held={chosen[group.key] ?? []} onToggle={(value) => onChange(toggled(chosen, group, value))} />
        ))}
    </div>
  );
}

function FacetBoxes({ group, held, onToggle }: { group: FacetGroup; held: string[]; onToggle: (value: string) => void }) {
  const [all, setAll] = useState(false);
  const shown = group.choices.filter((choice, index) => all || index < FEW || held.includes(choice.value));
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1.5 text-sm font-semibold">{group.title}</legend>
      {shown.map((choice) => (
        <label key={choice.value} className="-mx-2 flex min-h-9 items-center gap-2.5 rounded-md px-2 text-sm hover:bg-hover">
          <input type="checkbox" className="size-4 shrink-0 accent-accent" checked={held.includes(choice.value)} onChange={() => onToggle(choice.value)} />
          <span className="min-w-0 flex-1 truncate" title={choice.text}>
            {choice.text}
          </span>
          <span className="text-ink-2 tabular-nums">{plain.shortNumber(choice.count)}</span>
        </label>
      ))}
      {group.choices.length > FEW && (
        <button type="button" aria-expanded={all} onClick={() => setAll(!all)} className="mt-1 text-sm text-accent hover:underline">
          {all ? words.facets.fewer : `${words.facets.more} (${plain.number(group.choices.length - FEW)})`}
        </button>
      )}
    </fieldset>
  );
}

/** What narrows the list now; each tag takes itself away. */
export function ChosenTags({ tags, onClear, onClearAll }: { tags: { key: string; text: string }[]; onClear: (key: string) => void; onClearAll: () => void }) {
  if (tags.length === 0) return null;
  return (
    <div className="flex flex-wrap items-center gap-2">
      {tags.map((tag) => (
        <button
          key={tag.key}
          type="button"
          aria-label={words.facets.clearOne(tag.text)}
          onClick={() => onClear(tag.key)}
          className="inline-flex min-h-8 max-w-full items-center gap-1.5 rounded-full bg-accent-soft px-3 text-sm text-accent-strong hover:brightness-95"
        >
          <span className="truncate">{tag.text}</span>
          <Icon name="close" className="size-3.5" />
        </button>
      ))}
      <button type="button" onClick={onClearAll} className="text-sm text-ink-2 underline underline-offset-4 hover:text-ink">
        {words.facets.clear}
      </button>
    </div>
  );
}
