// How the pages are built: everything from our own origin, nothing inline, so that the desk's strict policy lets it run.
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// While working on the pages: `TACIT_DESK=http://localhost:4310 npm run dev` speaks to a running desk.
const desk = process.env["TACIT_DESK"] ?? "http://localhost:4310";

export default defineConfig({
  plugins: [react(), tailwindcss()],
  build: {
    target: ["chrome123", "firefox121", "safari17.5"],
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 600,
  },
  server: {
    port: 5173,
    strictPort: true,
    proxy: {
      // The desk only speaks to its own origin; on the way through, the request is made one of its own.
      "/api": {
        target: desk,
        changeOrigin: true,
        configure: (proxy) => proxy.on("proxyReq", (request) => request.setHeader("origin", desk)),
      },
    },
  },
  test: { environment: "node", include: ["src/**/*.test.ts"] },
});
