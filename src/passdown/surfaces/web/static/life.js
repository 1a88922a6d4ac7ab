// The life of a record: how it read at the moment that a slider says.
import { part } from "./frame.js";

const place = document.querySelector(".life");
const look = async (address) => {
  const { ok, html } = await part(address);
  if (ok) place.innerHTML = html;
};

if (place) {
  look(place.dataset.part);
  place.addEventListener("change", async ({ target }) => {
    if (target.id !== "moment") return;
    await look(`${place.dataset.part}?place=${target.value}`);
    document.getElementById("moment")?.focus();
  });
}
