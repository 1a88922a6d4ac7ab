// Decisions that were made and not sent: kept in this browser, so that a reload loses none.

const NAME = "passdown.unsent";
export const MOST = 10;

export function unsent() {
  try {
    const kept = JSON.parse(localStorage.getItem(NAME) || "[]");
    return Array.isArray(kept) ? kept : [];
  } catch {
    return [];
  }
}

function keep(decisions) {
  localStorage.setItem(NAME, JSON.stringify(decisions));
}

// A second decision on a card takes the place of the first.
export function add(decision) {
  keep([...unsent().filter((d) => d.id !== decision.id), decision]);
}

export function drop(id) {
  keep(unsent().filter((d) => d.id !== id));
}

export function takeBack() {
  const decisions = unsent();
  const last = decisions.pop();
  keep(decisions);
  return last;
}

export function isDecided(id) {
  return unsent().some((d) => d.id === id);
}
