// Light, dark, or like the system. The choice is kept in this browser; nothing else is.
export type Look = "system" | "light" | "dark";
const KEPT = "tacit.look";

/** The look that was chosen before. */
export function keptLook(): Look {
  try {
    const kept = localStorage.getItem(KEPT);
    return kept === "light" || kept === "dark" ? kept : "system";
  } catch {
    return "system";
  }
}

/** Puts a look on the page and remembers it. */
export function wearLook(look: Look): void {
  if (look === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = look;
  try {
    if (look === "system") localStorage.removeItem(KEPT);
    else localStorage.setItem(KEPT, look);
  } catch {
    // A browser that keeps nothing wears it until the page is closed.
  }
}
