// Turning a knob: written, then turned with a reason; nobody overwrites what somebody else turned.
import { post, tell } from "./frame.js";

for (const knob of document.querySelectorAll("form.knob")) {
  const field = knob.elements.value;
  const button = knob.querySelector("button");
  const look = () => (button.hidden = field.value.toLowerCase() === knob.dataset.was.toLowerCase());
  field.addEventListener("input", look);
  look();
  knob.addEventListener("submit", async (event) => {
    event.preventDefault();
    const said = prompt(`Why is ${knob.dataset.knob} turned? (may be left empty)`);
    if (said === null) return;
    try {
      const { takes_effect: effect } = await post(`/controls/${knob.dataset.knob}/set`, {
        value: field.value,
        reason: said,
        expect: knob.dataset.was,
      });
      knob.dataset.was = field.value;
      look();
      tell(`Turned. It takes effect ${effect}.`);
    } catch (error) {
      tell(`${error.message}. ${error.next}`, true);
    }
  });
}

for (const button of document.querySelectorAll("[data-turn]")) {
  button.addEventListener("click", async () => {
    const { turn, was, to } = button.dataset;
    try {
      await post(`/controls/${turn}/set`, { value: to, expect: was, reason: "from its button" });
      location.reload();
    } catch (error) {
      tell(`${error.message}. ${error.next}`, true);
    }
  });
}

document.querySelector("[data-reset]")?.addEventListener("click", async (event) => {
  try {
    await post(`/controls/${event.target.dataset.reset}/set`, { reset: true });
    location.reload();
  } catch (error) {
    tell(`${error.message}. ${error.next}`, true);
  }
});
