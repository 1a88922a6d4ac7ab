// Saying of a finding whether it was right: rules weigh what people bear out.
import { post, tell } from "./frame.js";

for (const form of document.querySelectorAll("[data-finding]")) {
  const { audit, finding } = form.dataset;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("click", async ({ target }) => {
    const { say } = target.dataset;
    if (!say) return;
    try {
      await post(`/audits/${audit}/feedback`, { finding, verdict: say, reason: form.elements.reason.value });
      location.hash = `f${finding}`;
      location.reload();
    } catch (error) {
      tell(`${error.message}. ${error.next}`, true);
    }
  });
}
