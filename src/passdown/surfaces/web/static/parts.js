// Parts of a page that take longer than the page: fetched once it stands.
import { part } from "./frame.js";

for (const place of document.querySelectorAll("[data-part]")) {
  part(place.dataset.part).then(({ html }) => {
    place.innerHTML = html;
  });
}
