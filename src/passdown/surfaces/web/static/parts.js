// Parts of a page that take longer than the page: fetched once it stands, or when they are asked for.
import { part } from "./frame.js";

async function fill(place, address) {
  const { html } = await part(address);
  place.innerHTML = html;
}

for (const place of document.querySelectorAll("[data-part]")) fill(place, place.dataset.part);

document.addEventListener("click", async ({ target }) => {
  const place = target.closest("[data-walk]")?.closest("[data-part]");
  if (!place) return;
  const { walk } = target.closest("[data-walk]").dataset;
  place.innerHTML = '<p class="soft">Walking the chain…</p>';
  await fill(place, walk);
});
