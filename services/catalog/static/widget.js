/* <convene-sessions>: sessions of a learning catalog on anybody's page. Plain, as it is served; docs/widget.md tells its
   attributes. It asks the catalog alone, sets no cookie, and shows texts as texts. Apache-2.0. */
(() => {
  "use strict";
  const NAME = "convene-sessions";
  if (customElements.get(NAME)) return;

  const script = document.currentScript || document.querySelector('script[src*="/catalog/widget"]');
  const HOME = script ? new URL(script.src).origin : location.origin;
  const FILTERS = ["q", "initiative", "series", "format", "status", "library-type", "topic", "job-function", "audience",
    "budget", "community-size", "organization", "starts-after", "starts-before", "registration", "recorded", "sort"];
  const SHOWN = ["heading", "heading-level", "empty", "locale", "limit", "source"];
  const ONE = new Set(["q", "starts-after", "starts-before", "recorded", "sort"]);
  const FIELDS = "slug,title,summary,format,status,when,venue,registration,recording,links";
  const STATES = {open: "Registration is open", full: "Full, with a waiting list", closed: "Registration is closed", not_open: "Registration opens later"};
  const KEPT_FOR = 30000, MOST_TRIES = 3, LONGEST_WAIT = 30;

  const SHEET = `
    :host { display: block; font: inherit; color: inherit; text-align: start; }
    :host([hidden]) { display: none; }
    * { box-sizing: border-box; }
    h1, h2, h3, h4, h5, h6 { margin: 0; font: inherit; font-weight: 700; line-height: 1.3; overflow-wrap: anywhere; }
    .heading { font-size: 1.25em; margin-bottom: .6em; }
    ul { margin: 0; padding: 0; list-style: none; display: grid; gap: var(--convene-gap, 0); }
    li { padding: .8em 0; border-top: 1px solid var(--convene-line, color-mix(in srgb, currentColor 25%, transparent)); }
    p { margin: .2em 0 0; overflow-wrap: anywhere; }
    a { color: var(--convene-link, inherit); text-decoration: underline; text-underline-offset: .15em; }
    .actions a { display: inline-block; padding: .35em 0; margin-inline-end: 1.25em; }
    button { font: inherit; color: var(--convene-link, inherit); background: transparent; border: 1px solid currentColor; border-radius: .3em; padding: .55em 1.1em; min-height: 44px; cursor: pointer; margin-top: .6em; }
    :focus-visible { outline: .18em solid currentColor; outline-offset: .15em; }
    .status:empty { display: none; }`;
  let sheet = null;
  try {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(SHEET);
  } catch { /* Without it the list stands in the browser's own style. */ }

  /* Two elements that ask the same question ask it once. */
  const answers = new Map();
  const ask = (url) => {
    const known = answers.get(url);
    if (known && Date.now() - known.at < KEPT_FOR) return known.answer;
    const answer = fetch(url, {credentials: "omit", headers: {Accept: "application/json"}}).then(async (response) => {
      if (response.ok) return response.json();
      const failure = new Error(String(response.status));
      failure.after = [429, 502, 503, 504].includes(response.status) ? Number(response.headers.get("Retry-After")) || 2 : null;
      throw failure;
    });
    answers.set(url, {at: Date.now(), answer});
    answer.catch(() => answers.delete(url));
    return answer;
  };

  const make = (tag, part, text) => {
    const element = document.createElement(tag);
    if (part) element.setAttribute("part", part);
    if (text !== undefined) element.textContent = text;
    return element;
  };
  const safe = (address) => (/^https?:/i.test(address) ? address : "#");

  class ConveneSessions extends HTMLElement {
    static get observedAttributes() { return [...FILTERS, ...SHOWN]; }

    #turn = 0;
    #timer = 0;
    #queued = false;

    connectedCallback() {
      if (!this.shadowRoot) {
        const root = this.attachShadow({mode: "open"});
        if (sheet) root.adoptedStyleSheets = [sheet];
      }
      this.#renew();
    }

    disconnectedCallback() {
      this.#turn += 1;
      clearTimeout(this.#timer);
    }

    attributeChangedCallback(name, before, after) {
      if (this.isConnected && this.shadowRoot && before !== after) this.#renew();
    }

    /* Several attributes that change at once are one change. */
    #renew() {
      if (this.#queued) return;
      this.#queued = true;
      queueMicrotask(() => {
        this.#queued = false;
        if (this.isConnected) this.#begin();
      });
    }

    #begin() {
      const root = this.shadowRoot;
      clearTimeout(this.#timer);
      const section = make("section", "section");
      const level = Math.min(Math.max(Number(this.getAttribute("heading-level")) || 2, 1), 5);
      const heading = this.getAttribute("heading");
      if (heading) {
        const title = make(`h${level}`, "heading", heading);
        title.className = "heading";
        title.id = "heading";
        section.setAttribute("aria-labelledby", "heading");
        section.append(title);
      } else {
        section.setAttribute("aria-label", "Sessions");
      }
      this.list = make("ul", "list");
      this.list.setAttribute("role", "list");
      this.status = make("p", "status", "Loading sessions …");
      this.status.className = "status";
      this.status.setAttribute("role", "status");
      this.more = make("div", "more");
      section.append(this.list, this.status, this.more);
      root.replaceChildren(section);
      this.level = Math.min(heading ? level + 1 : level, 6);
      this.#load(null, ++this.#turn, 1);
    }

    #address(cursor) {
      const url = new URL("/catalog/v1/sessions", this.getAttribute("source") || HOME);
      for (const name of FILTERS) {
        const value = (this.getAttribute(name) || "").trim();
        if (!value) continue;
        for (const one of ONE.has(name) ? [value] : value.split(/[\s,]+/)) url.searchParams.append(name.replace("-", "_"), one);
      }
      const chosen = ["status", "recorded", "starts-after", "starts-before"].some((name) => this.hasAttribute(name));
      if (!chosen) for (const status of ["planned", "scheduled"]) url.searchParams.append("status", status);
      url.searchParams.set("limit", String(Math.min(Math.max(parseInt(this.getAttribute("limit"), 10) || 5, 1), 50)));
      url.searchParams.set("fields", FIELDS);
      if (cursor) url.searchParams.set("cursor", cursor);
      return url;
    }

    async #load(cursor, turn, attempt) {
      let page;
      try {
        page = await ask(String(this.#address(cursor)));
      } catch (failure) {
        if (turn === this.#turn) this.#fail(failure, cursor, turn, attempt);
        return;
      }
      if (turn !== this.#turn) return;
      const first = page.items.map((session) => this.#show(session))[0];
      this.status.textContent = this.list.childElementCount ? "" : this.getAttribute("empty") || "No sessions are planned at the moment.";
      this.more.replaceChildren();
      if (page.next) {
        const button = make("button", "button", "More sessions");
        button.type = "button";
        button.addEventListener("click", () => {
          button.disabled = true;
          this.status.textContent = "Loading more sessions …";
          this.#load(page.next, turn, 1);
        });
        this.more.append(button);
      }
      if (cursor && first) first.querySelector("a").focus();
      this.dispatchEvent(new CustomEvent("convene-load", {bubbles: true, composed: true, detail: {count: this.list.childElementCount}}));
    }

    #fail(failure, cursor, turn, attempt) {
      if (failure.after && failure.after <= LONGEST_WAIT && attempt < MOST_TRIES) {
        this.#timer = setTimeout(() => this.#load(cursor, turn, attempt + 1), failure.after * 1000);
        return;
      }
      this.status.textContent = "The sessions could not be loaded.";
      const button = make("button", "button", "Try again");
      button.type = "button";
      button.addEventListener("click", () => {
        this.status.textContent = "Loading sessions …";
        this.more.replaceChildren();
        this.#load(cursor, turn, 1);
      });
      this.more.replaceChildren(button);
    }

    #show(session) {
      const item = make("li", "session");
      const title = make(`h${this.level}`, "title");
      const link = make("a", "link", session.title);
      link.href = safe(session.links.page);
      title.append(link);
      item.append(title, this.#when(session));
      const own = this.#readersTime(session.when);
      if (own) item.append(own);
      if (session.summary) item.append(make("p", "summary", session.summary));
      const facts = [session.format === "workshop" && session.venue ? `Workshop, ${session.venue.name}` : session.format[0].toUpperCase() + session.format.slice(1)];
      const {policy, state, seats_left: left} = session.registration || {};
      const coming = session.status === "planned" || session.status === "scheduled";
      if (session.status === "cancelled") facts.push("Cancelled");
      else if (coming && policy === "invitation") facts.push("By invitation");
      else if (coming && STATES[state]) facts.push(STATES[state]);
      if (coming && state === "open" && typeof left === "number") facts.push(left === 1 ? "1 seat left" : `${left} seats left`);
      item.append(make("p", "facts", facts.join(" · ")));
      const actions = make("p", "actions");
      actions.className = "actions";
      const origin = new URL(session.links.page, HOME).origin;
      if (coming && policy !== "invitation" && (state === "open" || state === "full")) {
        actions.append(this.#action(state === "full" ? "Join the waiting list" : "Register", `${origin}/registration/sessions/${encodeURIComponent(session.slug)}`, session.title));
      }
      if (session.recording) actions.append(this.#action("Watch the recording", `${origin}/catalog/recordings/${encodeURIComponent(session.slug)}`, session.title));
      if (actions.childElementCount) item.append(actions);
      this.list.append(item);
      return item;
    }

    #action(text, address, about) {
      const link = make("a", "action", text);
      link.href = safe(address);
      link.setAttribute("aria-label", `${text}: ${about}`);
      return link;
    }

    #when(session) {
      const line = make("p", "when");
      if (!session.when.starts_at) {
        line.textContent = session.when.label;
        return line;
      }
      const time = make("time", "", session.when.label);
      time.dateTime = session.when.starts_at;
      line.append(time);
      return line;
    }

    /* Beside the session's own, where the reader's clock shows another time. */
    #readersTime(when) {
      if (!when.starts_at) return null;
      const start = new Date(when.starts_at);
      const shape = {weekday: "long", month: "long", day: "numeric", hour: "numeric", minute: "2-digit"};
      let locale = this.getAttribute("locale") || document.documentElement.lang || undefined;
      try {
        Intl.DateTimeFormat(locale);
      } catch {
        locale = undefined;
      }
      const here = new Intl.DateTimeFormat(locale, {...shape, timeZoneName: "short"}).format(start);
      const plain = new Intl.DateTimeFormat(locale, shape);
      const there = new Intl.DateTimeFormat(locale, {...shape, timeZone: when.timezone || "UTC"});
      return plain.format(start) === there.format(start) ? null : make("p", "local-time", `Your time: ${here}`);
    }
  }
  customElements.define(NAME, ConveneSessions);
})();
