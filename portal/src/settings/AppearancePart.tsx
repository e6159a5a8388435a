import { useState } from "react";
import { type Look, keptLook, wearLook } from "../app/theme";
import { ChoiceField, Section } from "../house";
import { words } from "../words";

export function AppearancePart() {
  const [look, setLook] = useState<Look>(keptLook);
  return (
    <Section title={words.settings.appearance}>
      <ChoiceField
        label={words.settings.look}
        name="look"
        columns={3}
        value={look}
        onPick={(picked) => {
          setLook(picked);
          wearLook(picked);
        }}
        choices={(["system", "light", "dark"] as const).map((value) => ({ value, title: words.theme[value] }))}
      />
    </Section>
  );
}
