import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

interface Declaration {
  prop: string;
  value: string;
}
interface Sheet {
  source?: { input: { file?: string } };
  walkDecls(visit: (declaration: Declaration) => void): void;
}

// Tabler's published sheets name their properties --tblr-…, its sources do not: its own build adds
// the prefix, so ours does too.
const prefixTabler = {
  postcssPlugin: "prefix-tabler",
  Once(sheet: Sheet): void {
    if (!sheet.source?.input.file?.endsWith("tabler.scss")) return;
    sheet.walkDecls((declaration) => {
      declaration.prop = declaration.prop.replace(/^--/, "--tblr-");
      declaration.value = declaration.value.replace(/var\(\s*--/g, "var(--tblr-");
    });
  },
};

export default defineConfig({
  root: here("."),
  base: "/static/",
  publicDir: here("./public"),
  logLevel: "warn",
  css: { postcss: { plugins: [prefixTabler] } },
  build: {
    outDir: process.env["MIKOMI_ASSETS_OUT"] ?? here("../src/mikomi/hub/assets"),
    emptyOutDir: true,
    manifest: "manifest.json",
    assetsDir: "mk",
    modulePreload: false,
    target: ["chrome111", "firefox115", "safari16.4"],
    rollupOptions: { input: { main: here("./src/main.ts"), theme: here("./src/theme.ts"), form: here("./src/form.ts") } },
  },
});
