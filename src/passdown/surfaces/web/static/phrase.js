// A phrase on its page: trying a message, writing its reply, asking for the change.
import { part, post, tell } from "./frame.js";

const place = document.querySelector(".phrase");
if (place) part(place.dataset.part).then(({ ok, html }) => (place.innerHTML = ok ? html : ""));

let typing;

async function told(form, address, body) {
  const place = form.querySelector(".told");
  try {
    place.innerHTML = await post(address, body);
  } catch (error) {
    const said = document.createElement("p");
    said.className = "bad";
    said.textContent = `${error.message}. ${error.next}`;
    place.replaceChildren(said);
  }
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.dataset.try) {
    event.preventDefault();
    await told(form, `/phrases/${form.dataset.try}/try`, { message: form.elements.message.value });
  } else if (form.dataset.phrase) {
    event.preventDefault();
    try {
      const { to } = await post(`/phrases/${form.dataset.phrase}/edit`, Object.fromEntries(new FormData(form)));
      location.assign(to);
    } catch (error) {
      tell(`${error.message}. ${error.next}`, true);
    }
  }
});

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (event.target.name !== "reply" || !form?.dataset.phrase) return;
  clearTimeout(typing);
  typing = setTimeout(() => told(form, `/phrases/${form.dataset.phrase}/reads`, { reply: event.target.value }), 250);
});
