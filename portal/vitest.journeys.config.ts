// Journeys through the real desk and market in a real browser: `npm run journeys`, after `npm run build`.
import { defineConfig } from "vitest/config";

// Two streets at a time: a journey mostly waits for epochs, and its market and desks are its own.
export default defineConfig({
  test: { environment: "node", include: ["journeys/**/*.journey.ts"], testTimeout: 180_000, hookTimeout: 120_000, maxWorkers: 2 },
});
