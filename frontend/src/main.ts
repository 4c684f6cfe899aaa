import "./tabler.scss";
import "./css/tokens.css";
import "./css/base.css";
import "./css/frame.css";
import "./css/components.css";
import "./css/sentence.css";
import "./css/lead.css";
import "./css/score.css";
import "./css/import.css";
import "./css/lists.css";
import "./css/form.css";
import "./css/forms.css";
import "./css/journey.css";
import "./css/segments.css";
import "./css/way.css";
import "./css/today.css";
import "./css/print.css";

import Alpine from "@alpinejs/csp";
import htmx from "htmx.org";

import { watchCopy } from "./islands/copy";
import { watchFiles } from "./islands/files";
import { watchFrame } from "./islands/frame";
import { watchCells } from "./islands/cells";
import { watchKeys } from "./islands/keys";
import { watchOrder } from "./islands/order";
import { watchPolling } from "./islands/polling";
import { watchPopovers } from "./islands/popover";
import { watchPrint } from "./islands/print";
import { watchSwaps } from "./islands/returning";
import { watchSentences } from "./islands/sentence";
import { watchTables } from "./islands/tables";
import { watchToday } from "./islands/today";
import { toast } from "./islands/toast";
import { watchAutosubmit } from "./islands/autosubmit";

declare global {
  interface Window {
    htmx: typeof htmx;
    Alpine: typeof Alpine;
  }
}

window.htmx = htmx;
window.Alpine = Alpine;
Alpine.data("toast", toast);

watchCells();
watchCopy();
watchFiles();
watchFrame();
watchKeys();
watchOrder();
watchPolling();
watchPopovers();
watchPrint();
watchSentences();
watchSwaps();
watchTables();
watchToday();
watchAutosubmit();
Alpine.start();
document.documentElement.dataset["mkReady"] = "";
