// The life of a record: what it said after each of its versions, as a slider is moved.
import { part } from "./frame.js";

const place = document.querySelector(".life");
const look = async (address) => {
  const { html } = await part(address);
  place.innerHTML = html;
};

if (place) {
  look(place.dataset.part);
  place.addEventListener("change", async ({ target }) => {
    if (target.id !== "version") return;
    await look(`${place.dataset.part}?version=${target.value}`);
    document.getElementById("version")?.focus();
  });
}
