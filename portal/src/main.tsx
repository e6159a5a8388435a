import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { takeToken } from "./app/session";
import { keptLook, wearLook } from "./app/theme";
import "./style.css";

wearLook(keptLook());
// First of all, and before anything is drawn: the one-time token leaves the address and the history.
const take = () => takeToken(location, (to) => history.replaceState(null, "", to));
const link = take();
const listen = (heard: (token: string) => void) => {
  const look = () => {
    const token = take();
    if (token) heard(token);
  };
  addEventListener("hashchange", look);
  return () => removeEventListener("hashchange", look);
};
const place = document.getElementById("desk");
if (place) {
  createRoot(place).render(
    <StrictMode>
      <App link={link} listen={listen} />
    </StrictMode>,
  );
}
