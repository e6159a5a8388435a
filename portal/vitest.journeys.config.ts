// Journeys through the real desk and market in a real browser: `npm run journeys`, after `npm run build`.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { environment: "node", include: ["journeys/**/*.journey.ts"], testTimeout: 180_000, hookTimeout: 120_000, fileParallelism: false },
});
