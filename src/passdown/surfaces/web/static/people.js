// Tokens: made, shown once, and taken back after a second press.
import { post, tell } from "./frame.js";

const failed = (error) => tell(`${error.message}. ${error.next}`, true);
const by = (id) => document.getElementById(id);

by("let-in")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { name, role } = event.target.elements;
  try {
    const made = await post("/people", { name: name.value, role: role.value });
    by("whose").textContent = made.name;
    by("token").textContent = made.token;
    by("made").hidden = false;
    event.target.reset();
  } catch (error) {
    failed(error);
  }
});

by("copy")?.addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText(by("token").textContent);
    tell("Copied.");
  } catch {
    getSelection().selectAllChildren(by("token"));
    tell("Selected: copy it by hand.");
  }
});

for (const button of document.querySelectorAll("[data-revoke]")) {
  button.addEventListener("click", async () => {
    if (!button.dataset.sure) {
      button.dataset.sure = "1";
      button.textContent = "Sure? Press again";
      return;
    }
    try {
      await post(`/people/${encodeURIComponent(button.dataset.revoke)}/revoke`);
      location.reload();
    } catch (error) {
      failed(error);
    }
  });
}
