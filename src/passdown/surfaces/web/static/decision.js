// Taking a decision back: asked twice, since sessions may have been told.
import { post, tell } from "./frame.js";
import "./parts.js";

const button = document.querySelector("[data-undo]");

button?.addEventListener("click", async () => {
  if (!button.dataset.sure) {
    button.dataset.sure = "1";
    button.textContent = "Sure? Press again to undo";
    return;
  }
  try {
    await post(`/decisions/${button.dataset.undo}/undo`, { closure: Boolean(button.dataset.closure) });
    location.reload();
  } catch (error) {
    tell(`${error.message}. ${error.next}`, true);
  }
});
