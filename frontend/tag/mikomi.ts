/**
 * The tag: one classic script on other people's pages. It may fail, but never what is around it.
 *
 * The collector puts the source's settings in place of `__MIKOMI_SETTINGS__` when it serves the script.
 * Every byte is paid for by a visitor: at most 3 KiB gzipped (a test measures it).
 */

interface CapturedForm {
  selector: string;
  name?: string;
  /** Name of an input -> name of the trait that its value becomes. */
  fields: Record<string, string>;
}

interface Settings {
  key: string;
  /** `first_party`: the collector's own cookie; `script`: ours; `none`: no id at all. */
  cookie: "first_party" | "script" | "none";
  domain: string;
  /** Nothing is sent or kept before `mikomi.consent(true)`, which is remembered. */
  wait: boolean;
  collect: { page?: boolean; download?: boolean; outbound?: boolean; time?: boolean; forms?: CapturedForm[] };
}

type Values = Record<string, unknown>;
type Message = Values & { messageId: string };

declare const __MIKOMI_SETTINGS__: Settings;

((settings: Settings) => {
  const page = window;
  const site = document;
  const place = location;
  const NAME = "mikomi";
  const STORED = "mikomi_queue";
  const COOKIE = "mikomi_tag";
  const STAFF = "mikomi_staff";
  const AGREED = "mikomi_agreed";
  const MOST_WAITING = 50;
  const MOST_AT_ONCE = 20;
  const LONG_ENOUGH = 10;
  const FILES = /\.(pdf|docx?|xls[xm]?|pptx?|od[tsp]|csv|zip|7z|rar|lzh|dwg|dxf|step|stp|mp4|epub)$/i;
  const KEPT_PARAMETERS = /^(utm_\w+|mk|\w*clid|gbraid|wbraid|ldtag_cl|li_fat_id)$/;
  const SECRET_TYPES = /^(password|hidden|file)$/;
  const CARD_NUMBER = /^(?:\d[ -]?){13,19}$/;

  const globals = page as unknown as Record<string, unknown>;
  const signals = navigator as unknown as Record<string, unknown>;
  const script = site.currentScript as HTMLScriptElement | null;
  const wanted = settings.collect;
  /** Who says that they do not want this is heard, and pages within pages are left alone. */
  const blocked = signals["globalPrivacyControl"] || signals["doNotTrack"] === "1" || page !== page.top;
  const home = new URL(script ? script.src : place.href).origin;
  const endpoint = home + "/v1/tag?writeKey=" + settings.key;
  const cookieless = settings.cookie === "none";

  let queue: Message[] = [];
  let allowed = !settings.wait;
  let fresh = false;
  let staff = false;
  let busy = false;
  let failures = 0;
  let id = "";
  let seenPath = "";
  let seenAddress = site.referrer;
  let readSince = 0;
  let readFor = 0;
  let depth = 0;
  let told = true;

  const safely =
    <Given extends unknown[]>(work: (...given: Given) => void) =>
    (...given: Given): void => {
      try {
        work(...given);
      } catch {
        // The page goes on as if we were not there.
      }
    };

  const random = (): string =>
    [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => (byte + 256).toString(16).slice(1)).join("");

  const on = (where: EventTarget, names: string, work: (event: Event) => void): void =>
    names.split(" ").forEach((name) => where.addEventListener(name, safely(work), true));

  const keepCookie = (value: string, seconds: number): void => {
    site.cookie =
      `${COOKIE}=${value};path=/;max-age=${seconds};samesite=lax` +
      (settings.domain ? ";domain=" + settings.domain : "") +
      (place.protocol === "https:" ? ";secure" : "");
  };

  const store = safely(() => {
    if (queue.length) sessionStorage.setItem(STORED, JSON.stringify(queue));
    else sessionStorage.removeItem(STORED);
  });

  /** The path that a page is known by; single-page apps that route by `#/…` included. */
  const path = (): string =>
    /^#!?\//.test(place.hash) ? place.pathname.replace(/\/$/, "") + place.hash.replace(/^#!?/, "") : place.pathname;

  const address = (): string => {
    const url = new URL(place.href);
    const kept = new URLSearchParams();
    url.searchParams.forEach((value, name) => KEPT_PARAMETERS.test(name) && kept.append(name, value));
    return url.origin + url.pathname + (`${kept}` && "?" + kept);
  };

  const body = (messages: Message[], more?: Values): string =>
    JSON.stringify({
      sentAt: new Date().toISOString(),
      ...(!cookieless && { visitor: id }),
      ...(fresh && { fresh }),
      ...(staff && { staff }),
      ...(settings.wait && { agreed: allowed }),
      ...more,
      batch: messages,
    });

  const post = (text: string): Promise<Response> =>
    fetch(endpoint, {
      method: "POST",
      body: text,
      headers: { "content-type": "text/plain" },
      credentials: settings.cookie === "first_party" ? "include" : "omit",
      keepalive: true,
    });

  const send = safely((): void => {
    if (!allowed || busy || !queue.length) return;
    busy = true;
    const going = queue.slice(0, MOST_AT_ONCE);
    post(body(going))
      .then((answer) => {
        if (answer.status === 429 || answer.status > 499) throw answer;
        failures = 0;
        fresh = false;
        queue = queue.filter((message) => !going.includes(message));
        store();
        return answer.ok ? answer.json() : {};
      })
      .then((said: { keep?: boolean; agreed?: boolean }) => {
        if (said.keep) remember();
        if (said.agreed === false) begin([]);
        else if (!allowed) forget([]);
        else if (cookieAgrees()) localStorage.removeItem(AGREED);
      })
      .catch(() => {
        failures += 1;
      })
      .then(() => {
        busy = false;
        if (failures) {
          if (failures < 8) setTimeout(send, 1000 * 2 ** failures);
        } else send();
      });
  });

  /** The last chance: what has no answer yet goes once more; the collector knows it by its id. */
  const leave = (): void => {
    if (allowed && queue.length && navigator.sendBeacon(endpoint, body(queue.slice(0, MOST_AT_ONCE)))) {
      queue = queue.slice(MOST_AT_ONCE);
      store();
    }
  };

  const remember = safely(() => {
    if (allowed && !cookieless) keepCookie(id, 34128000);
  });

  /** Whether the id is kept here, so that pages of the collector cannot know it by themselves. */
  const keptHere = (): boolean => allowed && site.cookie.includes(COOKIE + "=");

  /** What the collector remembers in a cookie of its own, which outlives what scripts keep. */
  const cookieAgrees = (): boolean => site.cookie.includes(`${AGREED}_${settings.key}=`);

  const agreedBefore = (): boolean => {
    const said = localStorage.getItem(AGREED);
    return said ? said === "1" : cookieAgrees();
  };

  /** A withdrawal that got no answer is told again on the next page, and holds meanwhile. */
  const forget = (last: Message[]): void => {
    post(body(last, { forget: true }))
      .then((answer) => {
        if (answer.ok && localStorage.getItem(AGREED) === "0") localStorage.removeItem(AGREED);
      })
      .catch(() => {});
  };

  const withdraw = (last: Message[]): void => {
    const told = (allowed && !blocked) || agreedBefore();
    allowed = false;
    queue = [];
    store();
    localStorage.removeItem(AGREED);
    keepCookie("", 0);
    if (told) {
      if (settings.wait && !cookieless) localStorage.setItem(AGREED, "0");
      forget(last);
    }
  };

  /** Somebody else is here: another id, and what the one before agreed to is not theirs. */
  const begin = (last: Message[]): void => {
    if (settings.wait) withdraw(last);
    id = random();
    fresh = true;
    if (settings.cookie === "script" || site.cookie.includes(COOKIE + "=")) remember();
  };

  const add = (message: Values): void => {
    if (blocked) return;
    queue.push({ ...message, messageId: random(), timestamp: new Date().toISOString() });
    queue = queue.slice(-MOST_WAITING);
    if (allowed) {
      store();
      send();
    }
  };

  const track = (event: string, properties?: Values, traits?: Values): void =>
    add({ type: "track", event, properties, context: { page: { path: path() }, ...(traits && { traits }) } });

  const identify = (user: string | Values, traits?: Values): void =>
    add(typeof user === "object" ? { type: "identify", traits: user } : { type: "identify", userId: user, traits });

  const readTime = (): void => {
    if (readSince) readFor += Date.now() - readSince;
    readSince = site.visibilityState === "visible" ? Date.now() : 0;
  };

  const measureDepth = (): void => {
    const whole = site.documentElement.scrollHeight;
    depth = Math.max(depth, Math.min(100, Math.round(((page.scrollY + page.innerHeight) / whole) * 100)) || 0);
  };

  /** Says once a page how long it was seen and how far down. */
  const tellRead = (atLeast: number): void => {
    readTime();
    const seconds = Math.round(readFor / 1000);
    if (!told && wanted.time && seconds >= atLeast) {
      told = true;
      track("page_read", { content: seenPath, seconds, depth });
    }
  };

  const view = (properties?: Values): void => {
    tellRead(1);
    const url = address();
    add({
      type: "page",
      properties: { path: path(), url, title: site.title, referrer: seenAddress, ...properties },
    });
    seenPath = path();
    seenAddress = url;
    readSince = readFor = depth = 0;
    told = false;
    readTime();
    measureDepth();
  };

  /** A single-page app moved; its title follows a little later, and redirects settle. */
  const moved = (): void => {
    if (wanted.page) setTimeout(safely(() => path() !== seenPath && view()), 60);
  };

  const clicked = (event: Event): void => {
    const link = (event.composedPath()[0] as Element).closest<HTMLAnchorElement>("a[href]");
    if (!link || !/^http/.test(link.protocol)) return;
    const ours = link.host === place.host;
    const content = ours ? link.pathname : link.origin + link.pathname;
    if (link.origin === home && /^\/(f|d|v1)\//.test(link.pathname) && keptHere()) {
      const url = new URL(link.href);
      url.searchParams.set("mk_visitor", id);
      url.searchParams.set("mk_source", settings.key);
      link.href = url.href;
    }
    if (FILES.test(link.pathname) || link.hasAttribute("download")) {
      if (wanted.download) track("download", { content, title: (link.textContent || "").trim().slice(0, 200) });
    } else if (!ours && wanted.outbound) track("outbound_click", { content });
  };

  const submitted = (event: Event): void => {
    const form = event.target as HTMLFormElement;
    (wanted.forms || []).forEach(
      safely((captured) => {
        if (!form.matches(captured.selector)) return;
        const traits: Values = {};
        for (const name in captured.fields) {
          const input = form.elements.namedItem(name) as HTMLInputElement | null;
          const value = input && input.value;
          if (!value || SECRET_TYPES.test(input.type) || /^cc-/.test(input.autocomplete) || CARD_NUMBER.test(value.trim()))
            continue;
          traits[captured.fields[name]!] = value.slice(0, 500);
        }
        track("form_submit", { form: captured.name || path() }, traits);
      }),
    );
  };

  const consent = (given: boolean): void => {
    if (given && blocked) return;
    if (given) {
      allowed = true;
      if (settings.wait && !cookieless) localStorage.setItem(AGREED, "1");
      store();
      if (settings.cookie === "script") remember();
      send();
      return;
    }
    withdraw([]);
  };

  const api: Record<string, unknown> = {
    page: safely(view),
    track: safely(track),
    identify: safely(identify),
    consent: safely(consent),
    reset: safely(() => begin(queue)),
    push: safely((...calls: ArrayLike<unknown>[]) =>
      calls.forEach((call) => {
        const [name, ...values] = Array.from(call) as [string, ...unknown[]];
        (api[name] as (...given: unknown[]) => void)(...values);
      }),
    ),
  };

  const start = (early: unknown[][]): void => {
    // Who has withdrawn is heard before anything is sent; who has agreed need not say it on each page.
    const withdrawn = early.some((call) => call[0] === "consent" && !call[1]);
    allowed = !withdrawn && (allowed || agreedBefore());
    if (localStorage.getItem(AGREED) === "0") forget([]);
    const kept = new RegExp(`(?:^|; )${COOKIE}=([\\w-]{16,64})`).exec(site.cookie);
    id = kept ? kept[1]! : random();
    const asked = /[?&]mikomi_staff=([01])/.exec(place.search);
    if (asked) localStorage.setItem(STAFF, asked[1]!);
    staff = localStorage.getItem(STAFF) === "1";
    if (allowed) {
      queue = JSON.parse(sessionStorage.getItem(STORED) || "[]") as Message[];
      if (settings.cookie === "script" || kept) remember();
    }
    if (wanted.page) view();
    for (const name of ["pushState", "replaceState"] as const) {
      const original = history[name];
      history[name] = function (...given) {
        original.apply(this, given);
        moved();
      };
    }
    on(page, "popstate hashchange", moved);
    on(page, "pageshow", (event) => (event as PageTransitionEvent).persisted && wanted.page && view());
    on(page, "scroll", measureDepth);
    on(page, "online", send);
    on(page, "pagehide", () => {
      tellRead(1);
      leave();
    });
    on(site, "visibilitychange", () => {
      tellRead(LONG_ENOUGH);
      if (site.visibilityState === "hidden") leave();
    });
    on(site, "click auxclick", clicked);
    on(site, "submit", submitted);
    // A form of ours in a frame asks whose browser this is.
    on(page, "message", (event) => {
      const asked = event as MessageEvent<unknown>;
      if (asked.origin === home && asked.data === "mikomi?" && keptHere())
        (asked.source as Window).postMessage({ mikomiVisitor: id, mikomiSource: settings.key }, home);
    });
  };

  safely(() => {
    const early = globals[NAME] as unknown[] | undefined;
    if (early && !Array.isArray(early)) return; // The tag is on the page twice.
    globals[NAME] = api;
    if (blocked) return;
    const open = safely(() => {
      safely(start)((early || []) as unknown[][]);
      (early || []).forEach((call) => (api["push"] as (call: unknown) => void)(call));
    });
    if ("prerendering" in site && site.prerendering) on(site, "prerenderingchange", open);
    else open();
  })();
})(__MIKOMI_SETTINGS__);
