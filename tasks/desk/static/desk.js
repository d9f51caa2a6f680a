// Renew what says data-renew="seconds", from the page's own address, while it is seen.
// A page without this script shows the same when it is loaded again.
"use strict";

const region = () => document.querySelector("[data-renew]");

// Whether somebody has begun to fill in what stands there.
const isTouched = (part) =>
  [...part.querySelectorAll("input, textarea")].some(
    (one) => one.checked !== one.defaultChecked || one.value !== one.defaultValue,
  );

const renew = async () => {
  const old = region();
  if (old === null || document.hidden || old.contains(document.activeElement)) return;
  if (isTouched(old)) return;
  const answer = await fetch(location.href);
  if (answer.redirected) {
    location.reload(); // signed out meanwhile
    return;
  }
  if (!answer.ok) return; // the next look may succeed
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById(old.id);
  if (fresh === null || fresh.isEqualNode(old)) return;
  for (const details of old.querySelectorAll("details[open][id]")) {
    fresh.querySelector(`#${CSS.escape(details.id)}`)?.setAttribute("open", "");
  }
  old.replaceWith(document.adoptNode(fresh));
};

const wait = () => {
  const seconds = Number(region()?.dataset.renew);
  if (!seconds) return;
  setTimeout(async () => {
    try {
      await renew();
    } catch {
      // the desk is away for a moment
    }
    wait();
  }, seconds * 1000);
};

// A second click while a form is on its way sends nothing.
const FORGOTTEN_MS = 5000; // a download leaves its page as it is, to be sent again
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  setTimeout(() => delete form.dataset.sent, FORGOTTEN_MS);
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// A browser that goes back still has what was typed into a form that was refused.
document.addEventListener("click", (event) => {
  if (history.length < 2 || event.target.closest("[data-back]") === null) return;
  event.preventDefault();
  history.back();
});

wait();
