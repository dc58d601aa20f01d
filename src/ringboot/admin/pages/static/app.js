// What the pages do beside htmx: the theme, live parts, dialogs, ticks, and times in the reader's zone.
"use strict";
(() => {
  const root = document.documentElement;
  const themes = ["auto", "light", "dark"];
  const kept = () => { try { return localStorage.getItem("theme") || "auto"; } catch { return "auto"; } };
  const wear = (theme) => theme === "auto" ? delete root.dataset.theme : root.dataset.theme = theme;
  wear(kept()); // before anything is drawn

  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const pad = (number) => String(number).padStart(2, "0");

  function localTimes(within) {
    for (const each of all("time[datetime]", within)) {
      const at = new Date(each.dateTime);
      if (each.dataset.local || isNaN(at)) continue;
      const day = `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`;
      const hour = `${pad(at.getHours())}:${pad(at.getMinutes())}:${pad(at.getSeconds())}`;
      each.title = each.title || each.dateTime.replace("T", " ").replace("Z", " UTC");
      each.textContent = each.dataset.show === "hour" ? hour : each.dataset.show === "day" ? day : `${day} ${hour}`;
      each.dataset.local = "1";
    }
  }

  function showTheme(button) {
    const theme = kept();
    button.querySelector("span").textContent = `Theme: ${theme}`;
    button.title = `Theme: ${theme}`;
    for (const drawing of all("[data-theme-of]", button)) drawing.toggleAttribute("hidden", drawing.dataset.themeOf !== theme);
  }

  // Ticks of a list: one for all rows, and how many are chosen.
  function countTicks() {
    for (const form of all("[data-ticks]")) {
      const ticks = all("tbody input[type=checkbox]", form);
      const chosen = ticks.filter((each) => each.checked);
      const every = form.querySelector("thead input[type=checkbox]");
      if (every) {
        every.checked = ticks.length > 0 && chosen.length === ticks.length;
        every.indeterminate = chosen.length > 0 && !every.checked;
      }
      const found = form.querySelector("input[name=all_found]");
      const count = found && found.checked ? `all ${found.dataset.total}` : String(chosen.length);
      for (const each of ticks) each.closest("tr").classList.toggle("chosen", each.checked);
      for (const each of all("[data-chosen]", form)) each.textContent = `${count} chosen`;
      const some = count !== "0";
      for (const each of all(".bulk", form)) each.toggleAttribute("data-idle", !some);
      for (const each of all(".bulk button", form)) each.disabled = !some;
    }
  }

  // Something live is not drawn anew below somebody's hands.
  function isBusy(part) {
    const at = document.activeElement;
    return document.querySelector("dialog[open]") !== null
      || part.querySelector("details[open]") !== null
      || part.querySelector("tbody input:checked, input[name=all_found]:checked") !== null
      || (at && part.contains(at) && /^(INPUT|SELECT|TEXTAREA)$/.test(at.tagName) && at.type !== "checkbox");
  }

  const waiting = new Set();
  const pause = 2000; // milliseconds between two rounds: many may be looking
  let due = 0, last = 0;
  function stir(kind) {
    waiting.add(kind);
    if (due) return;
    due = setTimeout(() => {
      due = 0;
      last = Date.now();
      if (document.hidden) return; // told when it is looked at again
      for (const each of waiting) htmx.trigger(document.body, `live-${each}`);
      waiting.clear();
    }, Math.max(250, pause - (Date.now() - last)));
  }

  const kinds = ["status", "devices", "leases", "events", "jobs"];
  function listen() {
    let polling = 0;
    const poll = (on) => {
      clearInterval(polling);
      polling = on ? setInterval(() => kinds.forEach(stir), 5000) : 0;
    };
    const source = new EventSource("/api/v1/events/stream");
    source.onopen = () => poll(false);
    source.onerror = () => { if (!polling) poll(true); };
    source.onmessage = () => kinds.forEach(stir);
    for (const kind of kinds) source.addEventListener(kind, () => stir(kind));
    addEventListener("pagehide", () => source.close());
    document.addEventListener("visibilitychange", () => { if (!document.hidden) stir("status"); });
  }

  document.addEventListener("DOMContentLoaded", () => {
    localTimes(document);
    countTicks();
    const theme = document.getElementById("theme");
    if (theme) {
      showTheme(theme);
      theme.addEventListener("click", () => {
        const next = themes[(themes.indexOf(kept()) + 1) % themes.length];
        try { localStorage.setItem("theme", next); } catch { /* it holds for this page */ }
        wear(next);
        showTheme(theme);
      });
    }
    const burger = document.getElementById("burger");
    if (burger) burger.addEventListener("click", () => {
      const open = document.body.classList.toggle("menu-open");
      burger.setAttribute("aria-expanded", String(open));
    });
    if (document.body.dataset.live) listen();
  });

  document.addEventListener("htmx:afterSettle", (event) => {
    localTimes(document);
    countTicks();
    if (event.detail.target.id === "dialog") {
      const dialog = event.detail.target;
      if (dialog.firstElementChild && !dialog.open) dialog.showModal();
    }
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    const by = event.detail.requestConfig.triggeringEvent;
    if (by && by.type.startsWith("live-") && isBusy(event.detail.elt)) event.preventDefault();
  });
  document.addEventListener("htmx:sendError", () => {
    const banner = document.getElementById("gone");
    if (banner) banner.hidden = false;
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const banner = document.getElementById("gone");
    if (banner && event.detail.xhr && event.detail.xhr.status) banner.hidden = true;
  });
  document.addEventListener("close-dialog", () => {
    const dialog = document.getElementById("dialog");
    if (dialog && dialog.open) dialog.close();
    for (const each of all("[data-ticks] input[type=checkbox]")) each.checked = false; // it is done with
    countTicks();
  });
  document.addEventListener("click", (event) => {
    const closer = event.target.closest("[data-close]");
    if (closer) closer.closest("dialog").close();
    const more = event.target.closest("[data-more]");
    if (more) {
      for (const each of all(`${more.dataset.more} [hidden]`).slice(0, Number(more.dataset.count || 1))) each.hidden = false;
      more.hidden = document.querySelector(`${more.dataset.more} [hidden]`) === null;
    }
  });
  document.addEventListener("change", (event) => {
    const form = event.target.closest("[data-ticks]");
    if (!form) return;
    if (event.target.closest("thead")) for (const each of all("tbody input[type=checkbox]", form)) each.checked = event.target.checked;
    countTicks();
  });
  // A file that a person chose becomes the text of a field beside it: forms carry text alone.
  document.addEventListener("change", async (event) => {
    const into = event.target.dataset && event.target.dataset.into;
    if (!into || !event.target.files.length) return;
    const field = document.getElementById(into);
    field.value = await event.target.files[0].text();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
  // A line of an editor that a fault names.
  function goTo(field, line) {
    const lines = field.value.split("\n");
    const start = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
    field.focus();
    field.setSelectionRange(start, start + (lines[line - 1] || "").length);
    field.scrollTop = Math.max(0, (line - 6) * parseFloat(getComputedStyle(field).lineHeight));
  }
  document.addEventListener("click", async (event) => {
    const fault = event.target.closest("[data-line]");
    if (fault) goTo(document.getElementById(fault.dataset.of), Number(fault.dataset.line));
    const copier = event.target.closest("[data-copy]");
    if (copier) {
      const from = document.querySelector(copier.dataset.copy);
      try { await navigator.clipboard.writeText(from.textContent); copier.textContent = "Copied"; }
      catch { getSelection().selectAllChildren(from); } // without a safe connection a page may not write there
    }
  });
  // A file that goes to the API as it is, however large.
  document.addEventListener("change", (event) => {
    const input = event.target.closest("[data-upload]");
    if (!input || !input.files.length) return;
    const bar = input.parentElement.querySelector("progress");
    const said = document.getElementById("said");
    const tell = (text, bad) => {
      const banner = document.createElement("div");
      banner.className = `banner message ${bad ? "bad" : "good"}`;
      const words = document.createElement("b");
      words.textContent = text;
      banner.append(words);
      said.replaceChildren(banner);
    };
    const request = new XMLHttpRequest();
    request.open("PUT", input.dataset.upload);
    request.setRequestHeader("X-CSRF-Token", JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRF-Token"]);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.onprogress = (at) => { bar.hidden = false; bar.max = at.total || 1; bar.value = at.loaded; };
    request.onloadend = () => {
      bar.hidden = true;
      input.value = "";
      let answer = {};
      try { answer = JSON.parse(request.responseText); } catch { /* nothing that could be read */ }
      const good = request.status >= 200 && request.status < 300;
      tell(good ? `It is ${answer.files.join(", ")}, which ${answer.packages.join(", ")} wants.` : answer.detail || "The file did not arrive.", !good);
      if (good) htmx.trigger(document.body, `live-${input.dataset.stirs}`);
    };
    request.send(input.files[0]);
  });
})();
