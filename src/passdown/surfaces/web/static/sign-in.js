// A token for a sitting: sent once, kept nowhere.
import { post } from "./frame.js";

document.getElementById("sign-in").addEventListener("submit", async (event) => {
  event.preventDefault();
  const field = document.getElementById("token");
  try {
    const { to } = await post("/sign-in", { token: field.value });
    field.value = "";
    location.assign(to);
  } catch (error) {
    document.getElementById("refused").textContent = `${error.message}. ${error.next}`;
    field.select();
  }
});
