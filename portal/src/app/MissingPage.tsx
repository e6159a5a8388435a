import { EmptyState, LinkButton, Page } from "../house";
import { words } from "../words";

export function MissingPage() {
  return (
    <Page title={words.missing.title} narrow>
      <EmptyState icon="search" title={words.missing.body} actions={<LinkButton to="/">{words.missing.home}</LinkButton>} />
    </Page>
  );
}
