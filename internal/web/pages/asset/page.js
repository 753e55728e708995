// Optional comfort; every page works without it. It shows a typed code for ten
// seconds on demand, and keeps a double click from sending a code twice, which
// would cost two tries.
"use strict";

const shownFor = 10000; // milliseconds

function setUpReveal(button) {
  const input = document.getElementById(button.getAttribute("aria-controls"));
  const live = input.closest(".field").querySelector(".live");
  let timer = 0;
  function show(shown) {
    clearTimeout(timer);
    if (shown === (input.type === "text")) return;
    input.type = shown ? "text" : "password";
    button.textContent = shown ? button.dataset.hide : button.dataset.show;
    button.setAttribute("aria-pressed", String(shown));
    live.hidden = false;
    live.textContent = shown ? button.dataset.shown : button.dataset.hidden;
    if (shown) timer = setTimeout(show, shownFor, false);
  }
  button.hidden = false;
  button.addEventListener("click", () => show(input.type === "password"));
  input.form.addEventListener("submit", () => show(false));
  document.addEventListener("visibilitychange", () => show(false));
  window.addEventListener("pagehide", () => show(false));
}

function sendOnce(form) {
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    sent = true;
  });
  window.addEventListener("pageshow", () => { sent = false; });
}

document.querySelectorAll(".reveal").forEach(setUpReveal);
document.querySelectorAll("form").forEach(sendOnce);
