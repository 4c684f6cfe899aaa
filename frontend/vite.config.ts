import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here("."),
  base: "/static/",
  publicDir: here("./public"),
  logLevel: "warn",
  build: {
    outDir: process.env["MIKOMI_ASSETS_OUT"] ?? here("../src/mikomi/hub/assets"),
    emptyOutDir: true,
    manifest: "manifest.json",
    assetsDir: "mk",
    modulePreload: false,
    target: ["chrome111", "firefox115", "safari16.4"],
    rollupOptions: { input: { main: here("./src/main.ts"), theme: here("./src/theme.ts") } },
  },
});
