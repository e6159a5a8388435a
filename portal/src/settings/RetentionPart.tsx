import type { Shape } from "../api";
import { Section, Table } from "../house";
import { words } from "../words";

const say = words.settings;

export function RetentionPart({ facts }: { facts: Shape<"RetentionFact">[] }) {
  return (
    <Section title={say.retention}>
      <Table
        caption={say.retention}
        rows={facts}
        keyOf={(fact) => `${fact.place}/${fact.what}`}
        columns={[
          { key: "what", title: say.what, heading: true, show: (fact) => fact.what },
          { key: "where", title: say.where, show: (fact) => (fact.place === "desk" ? say.keptDesk : say.keptMarket), className: "md:whitespace-nowrap" },
          { key: "long", title: say.howLong, show: (fact) => fact.how_long },
        ]}
      />
    </Section>
  );
}
