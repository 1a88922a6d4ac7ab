// What every page does: the theme, signing out, and how many questions wait, as it changes.

export const seal = document.querySelector('meta[name="seal"]').content;

export async function post(address, body = {}) {
  const answer = await fetch(address, {
    method: "POST",
    headers: { "content-type": "application/json", "x-seal": seal },
    body: JSON.stringify(body),
  });
  const type = answer.headers.get("content-type") || "";
  const value = type.includes("json") ? await answer.json() : await answer.text();
  if (answer.ok) return value;
  const error = value.error || { what: value.what || `the server answered ${answer.status}`, next: value.next || "" };
  throw Object.assign(new Error(error.what), { status: answer.status, next: error.next || "" });
}

export async function part(address) {
  const answer = await fetch(address, { headers: { "x-part": "1" } });
  return { ok: answer.ok, html: await answer.text() };
}

let silence;
export function tell(text, bad = false) {
  const said = document.getElementById("said");
  said.textContent = text;
  said.className = bad ? "shown bad" : "shown";
  clearTimeout(silence);
  silence = setTimeout(() => (said.className = ""), bad ? 9000 : 4000);
}

function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

function nameTheme(button) {
  button.textContent = isDark() ? "Light" : "Dark";
}

const here = document.querySelector(".rail [aria-current]");
here?.scrollIntoView({ inline: "center", block: "nearest" });

const theme = document.getElementById("theme");
if (theme) {
  nameTheme(theme);
  theme.addEventListener("click", () => {
    const next = isDark() ? "light" : "dark";
    document.documentElement.dataset.theme = next;
    localStorage.setItem("passdown.theme", next);
    nameTheme(theme);
  });
}

document.getElementById("leave")?.addEventListener("click", async () => {
  const { to } = await post("/sign-out");
  location.assign(to);
});

const badge = document.getElementById("waiting");
if (badge && "EventSource" in window) {
  const live = new EventSource("/live");
  live.addEventListener("waiting", (event) => {
    badge.textContent = event.data;
    badge.hidden = event.data === "0";
    badge.setAttribute("aria-label", `${event.data} waiting`);
    document.dispatchEvent(new CustomEvent("waiting", { detail: Number(event.data) }));
  });
  addEventListener("pagehide", () => live.close());
}
