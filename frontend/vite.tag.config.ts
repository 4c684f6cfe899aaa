import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

// Other people's pages get one classic script without anything around it, so it is built apart.
export default defineConfig({
  root: here("./tag"),
  publicDir: false,
  logLevel: "warn",
  build: {
    outDir: process.env["MIKOMI_ASSETS_OUT"] ?? here("../src/mikomi/hub/assets"),
    emptyOutDir: false,
    target: ["chrome80", "firefox78", "safari13.1"],
    modulePreload: false,
    lib: { entry: here("./tag/mikomi.ts"), name: "mikomiTag", formats: ["iife"], fileName: () => "tag/mikomi.js" },
  },
});
