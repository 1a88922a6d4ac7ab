// Before anything is drawn: the theme this person chose, if they chose one.
const chosen = localStorage.getItem("passdown.theme");
if (chosen) document.documentElement.dataset.theme = chosen;
