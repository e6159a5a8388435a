import { EmptyState, LinkButton, Page } from "../house";
import { words } from "../words";

export function MissingPage() {
  return (
    <Page title={words.missing.title} narrow>
      <EmptyState icon="search" title={words.missing.nothing} actions={<LinkButton to="/">{words.missing.home}</LinkButton>}>
        {words.missing.body}
      </EmptyState>
    </Page>
  );
}
