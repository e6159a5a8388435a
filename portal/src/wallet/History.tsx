// What came and what went; only the owner can connect these lines.
import { useState } from "react";
import { Link } from "react-router";
import type { Shape } from "../api";
import { Button, Icon, type IconName, Id, Money, Table, When } from "../house";
import { words } from "../words";

const say = words.wallet;
type Line = Shape<"HistoryLine">;
const STEP = 12;

const SIGNS: Record<Line["what"], { icon: IconName; sign: "" | "-"; plus: boolean }> = {
  minted: { icon: "down", sign: "", plus: true },
  received: { icon: "down", sign: "", plus: true },
  sent: { icon: "up", sign: "-", plus: false },
  merged: { icon: "check", sign: "", plus: false },
  burned: { icon: "up", sign: "-", plus: false },
  crossed: { icon: "right", sign: "", plus: false },
};

export function History({ lines, currency }: { lines: Line[]; currency: string }) {
  const [shown, setShown] = useState(STEP);
  return (
    <>
      <Table
        caption={say.history}
        rows={lines.slice(0, shown)}
        keyOf={(line) => `${line.bundle}/${line.what}/${line.amount}/${line.address ?? ""}/${lines.indexOf(line)}`}
        columns={[
          {
            key: "what",
            title: say.what,
            heading: true,
            show: (line) => (
              <span className="inline-flex items-center gap-2.5">
                <Icon name={SIGNS[line.what].icon} className={`size-4 ${SIGNS[line.what].plus ? "text-good" : "text-ink-3"}`} />
                {say.moved[line.what]}
              </span>
            ),
          },
          { key: "when", title: say.when, show: (line) => <When at={line.at} /> },
          {
            key: "about",
            title: say.about,
            show: (line) =>
              line.order ? (
                <Link to={`/orders/${line.order}`} className="link">
                  {say.orderLink} <Id id={line.order} />
                </Link>
              ) : line.address ? (
                <Id id={line.address} />
              ) : null,
          },
          {
            key: "amount",
            title: say.amount,
            figure: true,
            show: (line) => <Money amount={`${SIGNS[line.what].sign}${line.amount}`} currency={currency} signed={SIGNS[line.what].plus} className={SIGNS[line.what].plus ? "font-medium text-good" : ""} />,
          },
        ]}
      />
      {lines.length > shown && (
        <div className="mt-4 text-center">
          <Button small onClick={() => setShown(shown + 100)}>
            {say.moreHistory(Math.min(100, lines.length - shown))}
          </Button>
        </div>
      )}
    </>
  );
}
